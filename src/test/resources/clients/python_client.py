"""Calls operations of the generated Python client, which checks every answer against its model.

Works with the clients for pydantic 1 and 2. The one for pydantic 1 takes files only by their names.

Arguments: the address, user and password, an image, a model, and the id of a training that has ended.
"""

import base64
import sys
import time

import vanillanet_client as generated

address, user, password, image_file, model, training = sys.argv[1:]
with open(image_file, "rb") as opened:
    encoded = base64.b64encode(opened.read()).decode()
configuration = generated.Configuration(host=address, username=user, password=password)
# the generated code adds the header of a bearer token even if there is no token
client = generated.ApiClient(configuration)

images = generated.ImagesApi(client)
one = images.post_classify_by_model(model, [image_file], top_k=3)
assert (one.model, len(one.predictions), one.results) == (model, 3, None), one
assert 0 < one.predictions[0].probability <= 1, one
several = images.post_classify([image_file, __file__])  # the second is no image
assert several.predictions is None and len(several.results) == 2, several
assert len(several.results[0].predictions) == 5 and several.results[1].status == 415, several
embeddings = images.post_embed([image_file])
assert len(embeddings.results[0].features) == embeddings.dimensions, embeddings
explanation = images.post_explain(image_file, top_k=2)
assert len(explanation.classes) == 2 and explanation.classes[0].map[0], explanation
try:
    images.post_classify_by_model("absent", [image_file])
    raise AssertionError("no failure")
except generated.exceptions.NotFoundException as failure:
    assert generated.Problem.from_json(failure.body).code == "MODEL_NOT_FOUND", failure

models = generated.ModelsApi(client)
assert models.get_models_by_model(model) in models.get_models().models

kserve = generated.KServeV1Api(client)
request = generated.PredictRequest(
    instances=[generated.Instance(b64=encoded), generated.Instance(image={"b64": encoded})]
)
predictions = kserve.post_v1_models_by_model_predict(model, request)
assert [len(labels) for labels in predictions.predictions] == [5, 5], predictions
assert len(kserve.post_v1_models_by_model_explain(model, request).explanations) == 2

protocol = generated.OpenInferenceProtocolApi(client)
assert protocol.get_v2_models_by_model_ready(model).ready
protocol.get_v2()
protocol.get_v2_models_by_model(model)
protocol.get_v2_models_by_model_config(model + "-image")
protocol.get_v2_models_stats()
infer = generated.InferRequest(
    inputs=[
        generated.InferInput(name="image", shape=[1], datatype="BYTES", data=[{"b64": encoded}])
    ]
)
logits = protocol.post_v2_models_by_model_infer(model + "-image", infer).outputs[0]
assert len(logits.data) == logits.shape[1], logits
assert any(entry.name == model for entry in protocol.post_v2_repository_index())

torchserve = generated.TorchServeApi(client)
labels = torchserve.post_predictions_by_model(model, image_file)
assert labels == torchserve.put_predictions_by_model(model, generated.EncodedImage(data=encoded))
assert len(generated.SageMakerAndVertexAIApi(client).post_invocations(
    generated.EncodedImage(data=encoded))) == 5

trainings = generated.TrainingsApi(client)
ended = trainings.get_admin_trainings_by_id(training)
assert ended.state == "SUCCEEDED" and ended.outcome.result == "PUBLISHED", ended
assert ended in trainings.get_admin_trainings().trainings
report = trainings.get_admin_trainings_by_id_report(training)
assert len(report.curves) == ended.recipe.epochs and report.result.verdict, report
assert trainings.get_admin_trainings_by_id_metrics(training).startswith("epoch,")
planned = trainings.post_admin_trainings(
    generated.TrainingRequest(name="plan", variant="vanillanet_5", data=ended.request.data, input_size=32),
    dry_run=True,
)
while planned.finished is None:
    time.sleep(0.05)
    planned = trainings.get_admin_trainings_by_id(planned.id)
plan = trainings.get_admin_trainings_by_id_plan(planned.id)
assert len(plan.classes) == 3 and plan.measured.steps, plan
thumbnail = plan.classes[0].thumbnails[0]
jpeg = trainings.get_admin_trainings_by_id_thumbnails_by_number(planned.id, thumbnail)
assert jpeg[:2] == b"\xff\xd8", jpeg
trainings.delete_admin_trainings_by_id(planned.id)
assert len(generated.VersionsApi(client).get_admin_models_by_model_versions(model).versions) == 2
print("done")
