// Calls operations of the generated TypeScript client and checks the members of the answers.
// Arguments: the address, user and password, an image, a model, and the id of a training that has ended.
import {
  Configuration,
  ImagesApi,
  KServeV1Api,
  ModelsApi,
  OpenInferenceProtocolApi,
  ResponseError,
  TorchServeApi,
  TrainingsApi,
} from "./generated/index";

declare const process: { argv: string[]; exitCode: number };
declare function require(name: "fs"): { readFileSync(file: string): Uint8Array<ArrayBuffer> };

function check(holds: boolean, answer: unknown): void {
  if (!holds) {
    throw new Error(JSON.stringify(answer));
  }
}

async function run(): Promise<void> {
  const [address, username, password, file, model, training] = process.argv.slice(2);
  const bytes = require("fs").readFileSync(file);
  const image = new Blob([bytes]);
  const b64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const configuration = new Configuration({ basePath: address, username, password });

  const images = new ImagesApi(configuration);
  const one = await images.postClassifyByModel({ model, image: [image], topK: 3 });
  check(one.model === model && one.predictions?.length === 3 && one.results === undefined, one);
  check(one.predictions![0].probability > 0 && one.predictions![0].label !== "", one);
  const several = await images.postClassify({ image: [image, new Blob(["no image"])] });
  check(several.predictions === undefined && several.results?.length === 2, several);
  check(several.results![0].predictions?.length === 5 && several.results![1].status === 415, several);
  const embeddings = await images.postEmbed({ image: [image] });
  check(embeddings.results[0].features?.length === embeddings.dimensions, embeddings);
  const explanation = await images.postExplain({ image, topK: 2 });
  check(explanation.classes.length === 2 && explanation.classes[0].map[0].length > 0, explanation);
  const failure = await images.postClassifyByModel({ model: "absent", image: [image] }).catch((e) => e);
  check(failure instanceof ResponseError && failure.response.status === 404, failure);

  const list = await new ModelsApi(configuration).getModels();
  check(list.models.some((view) => view.name === model && view.created instanceof Date), list);

  const kserve = new KServeV1Api(configuration);
  const predictRequest = { instances: [{ b64 }, { image: { b64 } }] };
  const predicted = await kserve.postV1ModelsByModelPredict({ model, predictRequest });
  check(Object.keys(predicted.predictions[1]).length === 5, predicted);

  const protocol = new OpenInferenceProtocolApi(configuration);
  const inferred = await protocol.postV2ModelsByModelInfer({
    model: model + "-image",
    inferRequest: { inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [{ b64 }] }] },
  });
  const logits = inferred.outputs[0];
  check(logits.data?.length === logits.shape[1] && typeof logits.data[0] === "number", inferred);
  check((await protocol.getV2ModelsByModelReady({ model })).ready, "ready");

  const torchServe = new TorchServeApi(configuration);
  const labels = await torchServe.postPredictionsByModel({ model, data: image });
  check(Object.values(labels).every((probability) => probability > 0), labels);
  const put = await torchServe.putPredictionsByModel({ model, encodedImage: { data: b64 } });
  check(JSON.stringify(put) === JSON.stringify(labels), put);

  const trainings = new TrainingsApi(configuration);
  const ended = await trainings.getAdminTrainingsById({ id: training });
  check(ended.state === "SUCCEEDED" && ended.outcome?.result === "PUBLISHED", ended);
  const report = await trainings.getAdminTrainingsByIdReport({ id: training });
  check(report.curves.length === ended.recipe?.epochs, report);
  const metrics = await trainings.getAdminTrainingsByIdMetrics({ id: training });
  check(metrics.startsWith("epoch,"), metrics);
  const { name, variant, data } = { name: "plan", variant: "vanillanet_5", data: ended.request.data };
  const trainingRequest = { name, variant, data, inputSize: 32 };
  let planned = await trainings.postAdminTrainings({ trainingRequest, dryRun: true });
  while (planned.finished === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    planned = await trainings.getAdminTrainingsById({ id: planned.id });
  }
  const plan = await trainings.getAdminTrainingsByIdPlan({ id: planned.id });
  check(plan.classes.length === 3 && plan.recipe.inputSize === 32, plan);
  const number = plan.classes[0].thumbnails[0];
  const jpeg = await trainings.getAdminTrainingsByIdThumbnailsByNumber({ id: planned.id, number });
  check(jpeg.size > 100, jpeg);
  await trainings.deleteAdminTrainingsById({ id: planned.id });
}

run().catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});
