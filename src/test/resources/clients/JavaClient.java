import java.io.File;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.ImagesApi;
import org.openapitools.client.api.KServeV1Api;
import org.openapitools.client.api.ModelsApi;
import org.openapitools.client.api.OpenInferenceProtocolApi;
import org.openapitools.client.api.SageMakerAndVertexAiApi;
import org.openapitools.client.api.TorchServeApi;
import org.openapitools.client.api.TrainingsApi;
import org.openapitools.client.api.VersionsApi;
import org.openapitools.client.model.*;

/**
 * Calls the operations of the generated Java client and checks the members of its answers. Prints
 * the method and the path of each request.
 *
 * <p>Arguments: the address, the value of the header Authorization, an image, a model with two
 * versions, the id of a training that has ended, its folder in the data root, a zip of that folder.
 */
final class JavaClient {

  private final ApiClient client = new ApiClient();
  private final File image;
  private final String base64;
  private final String model;

  private JavaClient(String[] arguments) throws Exception {
    client.updateBaseUri(arguments[0]);
    client.setRequestInterceptor(
        request -> {
          request.header("Authorization", arguments[1]);
          HttpRequest built = request.copy().build();
          System.out.println(built.method() + " " + built.uri().getPath());
        });
    image = new File(arguments[2]);
    base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(image.toPath()));
    model = arguments[3];
  }

  public static void main(String[] arguments) throws Exception {
    JavaClient run = new JavaClient(arguments);
    run.images();
    run.models();
    run.kserve();
    run.openInferenceProtocol();
    run.torchServeAndSageMaker();
    run.trainings(arguments[4], arguments[5], Path.of(arguments[6]).toFile());
    run.versions();
  }

  private static void require(boolean holds, Object answer) {
    if (!holds) {
      throw new AssertionError(String.valueOf(answer));
    }
  }

  private void images() throws ApiException {
    ImagesApi api = new ImagesApi(client);

    Classified one =
        api.postClassifyByModel(
            ImagesApi.APIPostClassifyByModelRequest.newBuilder()
                .model(model)
                .image(List.of(image))
                .topK(3)
                .build());
    require(one.getModel().equals(model) && one.getVersion() > 0, one);
    require(one.getPredictions().size() == 3 && one.getResults().isEmpty(), one);
    Prediction best = one.getPredictions().get(0);
    require(best.getProbability() > 0 && best.getProbability() <= 1, best);
    require(!best.getLabel().isEmpty() && best.getIndex() >= 0, best);

    Classified several =
        api.postClassify(
            ImagesApi.APIPostClassifyRequest.newBuilder().image(List.of(image, image)).build());
    require(several.getResults().size() == 2 && several.getPredictions().isEmpty(), several);
    require(several.getResults().get(1).getPredictions().size() == 5, several);

    Embeddings embeddings =
        api.postEmbed(ImagesApi.APIPostEmbedRequest.newBuilder().image(List.of(image)).build());
    Embedding numbers = embeddings.getResults().get(0);
    require(numbers.getFeatures().size() == embeddings.getDimensions(), embeddings);
    Embedding bytes =
        api.postEmbedByModel(
                ImagesApi.APIPostEmbedByModelRequest.newBuilder()
                    .model(model)
                    .image(List.of(image))
                    .encoding("base64")
                    .build())
            .getResults()
            .get(0);
    int length = Base64.getDecoder().decode(bytes.getBase64()).length;
    require(length == 4 * embeddings.getDimensions(), bytes);

    Explanation explanation =
        api.postExplain(ImagesApi.APIPostExplainRequest.newBuilder().image(image).topK(2).build());
    require(explanation.getClasses().size() == 2, explanation);
    OfClass first =
        api.postExplainByModel(
                ImagesApi.APIPostExplainByModelRequest.newBuilder()
                    .model(model)
                    .image(image)
                    .build())
            .getClasses()
            .get(0);
    require(!first.getMap().get(0).isEmpty() && first.getLogit() != null, first);

    try {
      api.postClassifyByModel(
          ImagesApi.APIPostClassifyByModelRequest.newBuilder()
              .model("absent")
              .image(List.of(image))
              .build());
      throw new AssertionError("no failure");
    } catch (ApiException e) {
      require(e.getCode() == 404 && e.getResponseBody().contains("MODEL_NOT_FOUND"), e);
    }
  }

  private void models() throws ApiException {
    ModelsApi api = new ModelsApi(client);
    ModelList list = api.getModels();
    require(list.getLimits().getImageBytes() > 0 && list.getFaults().isEmpty(), list);
    ModelView view = api.getModelsByModel(model);
    require(list.getModels().contains(view), view);
    require(view.getCreated() != null && view.getLabels().size() == view.getClasses(), view);
    require(view.getCertificate().getServed().getTop1() == 1, view);
  }

  private void kserve() throws ApiException {
    KServeV1Api api = new KServeV1Api(client);
    require(api.getV1Models().getModels().contains(model), "models");
    require(api.getV1ModelsByModel(model).getReady(), "ready");

    PredictRequest request =
        new PredictRequest()
            .addInstancesItem(new Instance().b64(base64))
            .addInstancesItem(new Instance().image(Map.of("b64", base64)));
    Predictions predictions =
        api.postV1ModelsByModelPredict(
            KServeV1Api.APIPostV1ModelsByModelPredictRequest.newBuilder()
                .model(model)
                .predictRequest(request)
                .build());
    require(predictions.getPredictions().get(1).size() == 5, predictions);
    require(predictions.getPrecisions().equals(List.of("float32", "float32")), predictions);
    Predictions ofVersion =
        api.postV1ModelsByModelVersionsByVersionPredict(
            KServeV1Api.APIPostV1ModelsByModelVersionsByVersionPredictRequest.newBuilder()
                .model(model)
                .version(
                    Integer.toString(new ModelsApi(client).getModelsByModel(model).getVersion()))
                .predictRequest(request)
                .build());
    require(ofVersion.equals(predictions), ofVersion);
    Explanations explanations =
        api.postV1ModelsByModelExplain(
            KServeV1Api.APIPostV1ModelsByModelExplainRequest.newBuilder()
                .model(model)
                .predictRequest(request)
                .build());
    require(explanations.getExplanations().get(1).getClasses().size() == 5, explanations);
  }

  private void openInferenceProtocol() throws ApiException {
    OpenInferenceProtocolApi api = new OpenInferenceProtocolApi(client);
    require(api.getV2().getExtensions().contains("model_repository"), "extensions");
    require(api.getV2HealthLive().getLive() && api.getV2HealthReady().getReady(), "health");

    String version = api.getV2ModelsByModel(model).getVersions().get(0);
    ModelMetadata metadata = api.getV2ModelsByModelVersionsByVersion(model, version);
    require(metadata.getInputs().get(0).getShape().size() == 4, metadata);
    require(api.getV2ModelsByModelReady(model).getReady(), "ready");
    require(api.getV2ModelsByModelVersionsByVersionReady(model, version).getReady(), "ready");
    ModelConfiguration configuration = api.getV2ModelsByModelConfig(model);
    require(configuration.getMaxBatchSize() > 0, configuration);
    require(
        api.getV2ModelsByModelVersionsByVersionConfig(model, version).equals(configuration),
        configuration);

    InferRequest request =
        new InferRequest()
            .id("7")
            .addInputsItem(
                new InferInput()
                    .name(InferInput.NameEnum.IMAGE)
                    .datatype(InferInput.DatatypeEnum.BYTES)
                    .addShapeItem(1L)
                    .addDataItem(Map.of("b64", base64)));
    InferResponse response =
        api.postV2ModelsByModelInfer(
            OpenInferenceProtocolApi.APIPostV2ModelsByModelInferRequest.newBuilder()
                .model(model + "-image")
                .inferRequest(request)
                .build());
    InferOutput logits = response.getOutputs().get(0);
    require(response.getId().equals("7"), response);
    require(logits.getData().get(0) instanceof Number, response);
    require(logits.getData().size() == logits.getShape().get(1), response);
    InferResponse ofVersion =
        api.postV2ModelsByModelVersionsByVersionInfer(
            OpenInferenceProtocolApi.APIPostV2ModelsByModelVersionsByVersionInferRequest
                .newBuilder()
                .model(model + "-image")
                .version(version)
                .inferRequest(request)
                .build());
    require(ofVersion.getOutputs().equals(response.getOutputs()), ofVersion);

    OfModel statistics = api.getV2ModelsByModelStats(model).getModelStats().get(0);
    require(statistics.getInferenceStats().getSuccess().getCount() > 0, statistics);
    require(
        api.getV2ModelsByModelVersionsByVersionStats(model, version).getModelStats().size() == 1,
        statistics);
    require(!api.getV2ModelsStats().getModelStats().isEmpty(), "statistics");
    List<IndexEntry> index = api.postV2RepositoryIndex(new IndexRequest().ready(true));
    require(index.stream().anyMatch(entry -> entry.getName().equals(model)), index);
    api.postV2RepositoryModelsByModelUnload(model, new LoadRequest());
    api.postV2RepositoryModelsByModelLoad(model, new LoadRequest());
    require(api.getV2ModelsByModelReady(model).getReady(), "ready");
  }

  private void torchServeAndSageMaker() throws ApiException {
    TorchServeApi api = new TorchServeApi(client);
    require(api.getPing().getStatus().equals("Healthy"), "ping");
    EncodedImage encoded = new EncodedImage().data(base64);
    String version = Integer.toString(new ModelsApi(client).getModelsByModel(model).getVersion());
    Map<String, BigDecimal> best =
        api.postPredictionsByModel(
            TorchServeApi.APIPostPredictionsByModelRequest.newBuilder()
                .model(model)
                .data(image)
                .build());
    require(best.size() == 5 && best.values().iterator().next().signum() > 0, best);
    Map<String, BigDecimal> ofVersion =
        api.postPredictionsByModelByVersion(
            TorchServeApi.APIPostPredictionsByModelByVersionRequest.newBuilder()
                .model(model)
                .version(version)
                .data(image)
                .build());
    require(ofVersion.equals(best), ofVersion);
    Map<String, BigDecimal> put =
        api.putPredictionsByModel(
            TorchServeApi.APIPutPredictionsByModelRequest.newBuilder()
                .model(model)
                .encodedImage(encoded)
                .build());
    require(put.equals(best), put);
    Map<String, BigDecimal> putVersion =
        api.putPredictionsByModelByVersion(
            TorchServeApi.APIPutPredictionsByModelByVersionRequest.newBuilder()
                .model(model)
                .version(version)
                .encodedImage(encoded)
                .build());
    require(putVersion.equals(best), putVersion);
    Map<String, BigDecimal> invoked =
        new SageMakerAndVertexAiApi(client)
            .postInvocations(
                SageMakerAndVertexAiApi.APIPostInvocationsRequest.newBuilder()
                    .encodedImage(encoded)
                    .build());
    require(invoked.size() == 5, invoked);
  }

  private void trainings(String ended, String data, File zip)
      throws ApiException, InterruptedException {
    TrainingsApi api = new TrainingsApi(client);
    JobView training = api.getAdminTrainingsById(ended);
    require(training.getState() == JobState.SUCCEEDED, training);
    require(training.getOutcome().getResult() == Result.PUBLISHED, training);
    require(training.getRecipe().getEpochs() > 0, training);
    require(api.getAdminTrainings().getTrainings().contains(training), "list");
    TrainingReport report = api.getAdminTrainingsByIdReport(ended);
    require(report.getCurves().size() == training.getRecipe().getEpochs(), report);
    require(report.getResult().getValidation().getAccuracy().signum() > 0, report);

    TrainingRequest request =
        new TrainingRequest().name("again").variant("vanillanet_5").data(data).inputSize(32);
    JobView planned = api.postAdminTrainings(request, true);
    require(planned.getKind().equals("dry_run"), planned);
    planned = awaitEnd(api, planned);
    TrainingPlan plan = api.getAdminTrainingsByIdPlan(planned.getId());
    require(plan.getClasses().size() == 3 && plan.getObjections().isEmpty(), plan);
    require(plan.getRecipe().getInputSize() == 32, plan);

    JobView uploaded =
        api.postAdminTrainingsUpload(
            false,
            "{\"name\": \"again\", \"variant\": \"vanillanet_5\", \"input_size\": 32}",
            null,
            zip);
    require(uploaded.getUploaded() && uploaded.getRequest().getInputSize() == 32, uploaded);
    api.postAdminTrainingsByIdCancel(uploaded.getId());
    require(awaitEnd(api, uploaded).getState() == JobState.CANCELLED, uploaded);
    JobView resumed = api.postAdminTrainingsByIdResume(uploaded.getId());
    require(resumed.getId().equals(uploaded.getId()), resumed);
    api.postAdminTrainingsByIdCancel(uploaded.getId());
    awaitEnd(api, uploaded);
    api.deleteAdminTrainingsById(uploaded.getId());
    require(
        api.getAdminTrainings().getTrainings().stream()
            .noneMatch(one -> one.getId().equals(uploaded.getId())),
        "deleted");
  }

  private static JobView awaitEnd(TrainingsApi api, JobView job)
      throws ApiException, InterruptedException {
    JobView now = job;
    while (now.getFinished() == null) {
      Thread.sleep(50);
      now = api.getAdminTrainingsById(job.getId());
    }
    return now;
  }

  private void versions() throws ApiException {
    VersionsApi api = new VersionsApi(client);
    List<VersionView> all = api.getAdminModelsByModelVersions(model).getVersions();
    require(all.size() == 2, all);
    int other = all.stream().filter(one -> !one.getLive()).findFirst().get().getVersion();
    VersionList activated =
        api.postAdminModelsByModelVersionsByVersionActivate(model, Integer.toString(other));
    require(live(activated) == other, activated);
    VersionList before = api.postAdminModelsByModelRollback(model);
    require(live(before) != other, before);
  }

  private static int live(VersionList versions) {
    return versions.getVersions().stream()
        .filter(VersionView::getLive)
        .findFirst()
        .get()
        .getVersion();
  }
}
