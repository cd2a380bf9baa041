package io.github.vanillanet.serve.api.grpc;

import inference.DataType;
import inference.InferBatchStatistics;
import inference.InferStatistics;
import inference.ModelConfig;
import inference.ModelConfigResponse;
import inference.ModelInput;
import inference.ModelMetadataResponse;
import inference.ModelOutput;
import inference.ModelStatistics;
import inference.ModelStatisticsResponse;
import inference.RepositoryIndexResponse;
import inference.ServerMetadataResponse;
import inference.StatisticDuration;
import io.github.vanillanet.serve.api.oip.ModelConfiguration;
import io.github.vanillanet.serve.api.oip.ModelMetadata;
import io.github.vanillanet.serve.api.oip.RepositoryResource;
import io.github.vanillanet.serve.api.oip.ServerResource;
import io.github.vanillanet.serve.api.oip.StatisticsView;
import java.util.List;

/** The descriptions of server, models and repository as messages. */
final class Descriptions {

  private Descriptions() {}

  static ServerMetadataResponse server(ServerResource.ServerMetadata server) {
    return ServerMetadataResponse.newBuilder()
        .setName(server.name())
        .setVersion(server.version())
        .addAllExtensions(server.extensions())
        .build();
  }

  static ModelMetadataResponse model(ModelMetadata model) {
    return ModelMetadataResponse.newBuilder()
        .setName(model.name())
        .addAllVersions(model.versions())
        .setPlatform(model.platform())
        .addAllInputs(model.inputs().stream().map(Descriptions::tensor).toList())
        .addAllOutputs(model.outputs().stream().map(Descriptions::tensor).toList())
        .build();
  }

  private static ModelMetadataResponse.TensorMetadata tensor(ModelMetadata.TensorMetadata tensor) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(tensor.name())
        .setDatatype(tensor.datatype())
        .addAllShape(tensor.shape())
        .build();
  }

  static ModelConfigResponse configuration(ModelConfiguration model) {
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(model.name())
            .setPlatform(model.platform())
            .setBackend(model.backend())
            .setMaxBatchSize(model.maxBatchSize());
    for (ModelConfiguration.Input input : model.input()) {
      config.addInput(
          ModelInput.newBuilder()
              .setName(input.name())
              .setDataType(DataType.valueOf(input.dataType()))
              .setFormat(ModelInput.Format.valueOf(input.format()))
              .addAllDims(input.dims()));
    }
    for (ModelConfiguration.Output output : model.output()) {
      config.addOutput(
          ModelOutput.newBuilder()
              .setName(output.name())
              .setDataType(DataType.valueOf(output.dataType()))
              .addAllDims(output.dims())
              .setLabelFilename(output.labelFilename()));
    }
    return ModelConfigResponse.newBuilder().setConfig(config).build();
  }

  static ModelStatisticsResponse statistics(StatisticsView view) {
    ModelStatisticsResponse.Builder all = ModelStatisticsResponse.newBuilder();
    for (StatisticsView.OfModel model : view.modelStats()) {
      StatisticsView.Inferences counted = model.inferenceStats();
      ModelStatistics.Builder one =
          all.addModelStatsBuilder()
              .setName(model.name())
              .setVersion(model.version())
              .setLastInference(model.lastInference())
              .setInferenceCount(model.inferenceCount())
              .setExecutionCount(model.executionCount())
              .setInferenceStats(
                  InferStatistics.newBuilder()
                      .setSuccess(duration(counted.success()))
                      .setFail(duration(counted.fail()))
                      .setQueue(duration(counted.queue()))
                      .setComputeInput(duration(counted.computeInput()))
                      .setComputeInfer(duration(counted.computeInfer()))
                      .setComputeOutput(duration(counted.computeOutput()))
                      .setCacheHit(duration(counted.cacheHit()))
                      .setCacheMiss(duration(counted.cacheMiss())));
      for (StatisticsView.OfBatch batch : model.batchStats()) {
        one.addBatchStats(
            InferBatchStatistics.newBuilder()
                .setBatchSize(batch.batchSize())
                .setComputeInput(duration(batch.computeInput()))
                .setComputeInfer(duration(batch.computeInfer()))
                .setComputeOutput(duration(batch.computeOutput())));
      }
    }
    return all.build();
  }

  private static StatisticDuration duration(StatisticsView.Duration duration) {
    return StatisticDuration.newBuilder().setCount(duration.count()).setNs(duration.ns()).build();
  }

  static RepositoryIndexResponse index(List<RepositoryResource.IndexEntry> entries) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (RepositoryResource.IndexEntry entry : entries) {
      index
          .addModelsBuilder()
          .setName(entry.name())
          .setVersion(entry.version())
          .setState(entry.state())
          .setReason(entry.reason());
    }
    return index.build();
  }
}
