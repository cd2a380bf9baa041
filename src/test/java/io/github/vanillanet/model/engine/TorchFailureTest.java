package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import io.github.vanillanet.base.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which messages of libtorch and its libraries mean that a device is full. */
class TorchFailureTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "RuntimeError: CUDA error: out of memory",
        "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: not enough memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "CUDA error: CUSOLVER_STATUS_ALLOC_FAILED when calling `cusolverDnCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
        "GET was unable to find an engine to execute this computation",
        "FIND was unable to find an engine to execute this computation"
      })
  void recognisesAFullDeviceByTheMessagesOfItsLibraries(String message) {
    assertThat(TorchFailure.isOutOfMemory(new EngineException(message))).isTrue();
  }

  @Test
  void aFullDeviceIsClearOnlyIfAnAllocatorSaysSo() {
    assertThat(unclear("GET was unable to find an engine to execute this computation")).isTrue();
    assertThat(unclear("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED")).isTrue();
    assertThat(unclear("CUDA out of memory. Tried to allocate 2.00 GiB")).isFalse();
    assertThat(unclear("CUDA error: an illegal memory access was encountered")).isFalse();
  }

  private static boolean unclear(String message) {
    return TorchFailure.isUnclear(
        TorchFailure.of(
            new EngineException(message), ErrorCode.ENGINE_FAILURE, "the forward pass failed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"
      })
  void otherErrorsAreNotTreatedAsAFullDevice(String message) {
    assertThat(TorchFailure.isOutOfMemory(new EngineException(message))).isFalse();
  }
}
