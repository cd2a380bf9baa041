/* The CUDA runtime of a machine without a usable device. build.sh adds all other functions that libtorch
   imports; they fail with the same error. */
#include <stddef.h>

enum { cudaErrorInsufficientDriver = 35 };

int cudaGetDeviceCount(int *count) {
  *count = 0;
  return cudaErrorInsufficientDriver;
}

int cudaGetLastError(void) { return cudaErrorInsufficientDriver; }

int cudaPeekAtLastError(void) { return cudaErrorInsufficientDriver; }

const char *cudaGetErrorString(int error) {
  return error == 0 ? "no error" : "CUDA driver version is insufficient for CUDA runtime version";
}

const char *cudaGetErrorName(int error) {
  return error == 0 ? "cudaSuccess" : "cudaErrorInsufficientDriver";
}

int cudaRuntimeGetVersion(int *version) {
  *version = 12080;
  return 0;
}

int cudaDriverGetVersion(int *version) {
  *version = 0;
  return 0;
}

/* Each CUDA library registers its kernels while it is loaded. */
void **__cudaRegisterFatBinary(void *binary) { return NULL; }

void __cudaRegisterFatBinaryEnd(void **handle) {}

void __cudaUnregisterFatBinary(void **handle) {}

void __cudaRegisterFunction(void **handle, const char *host, char *device, const char *name, int limit,
                            void *tid, void *bid, void *block, void *grid, int *size) {}

void __cudaRegisterVar(void **handle, char *host, char *device, const char *name, int external,
                       size_t size, int constant, int global) {}
