package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares answers with the schemas of the OpenAPI description. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class DocumentedAnswersTest {

  @Test
  void answersFitTheirDocumentedSchemas() {
    Service.awaitReady();
    OpenApiDocument description = OpenApiDocument.fetch();
    String model = TwoSmallModels.MODEL;
    String image = Base64.getEncoder().encodeToString(Service.jpeg());

    description.requireDocumented(
        "POST", "/classify/{model}", 200, image().post("/classify/" + model));
    description.requireDocumented(
        "POST", "/classify/{model}", 404, image().post("/classify/absent"));
    description.requireDocumented(
        "POST", "/classify/{model}", 400, image().post("/classify/" + model + "?top_k=x"));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        504,
        image().post("/classify/" + model + "?deadline_ms=0.0001"));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        415,
        given().contentType("image/jpeg").body(new byte[] {1, 2}).post("/classify/" + model));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        200,
        given()
            .multiPart("image", "a.jpg", Service.jpeg())
            .multiPart("image", "b.jpg", new byte[] {1})
            .post("/classify/" + model));

    description.requireDocumented("GET", "/models", 200, given().get("/models"));
    description.requireDocumented("GET", "/models/{model}", 200, given().get("/models/" + model));
    description.requireDocumented("GET", "/models/{model}", 404, given().get("/models/absent"));

    description.requireDocumented("GET", "/v2", 200, given().get("/v2"));
    for (String path : List.of("/v2/health/live", "/v2/health/ready", "/v2/models/stats")) {
      description.requireDocumented("GET", path, 200, given().get(path));
    }
    for (String more : List.of("", "/ready", "/config", "/stats")) {
      for (String view : List.of(model, model + "-image")) {
        String versioned = "/versions/{version}" + more;
        description.requireDocumented(
            "GET", "/v2/models/{model}" + more, 200, given().get("/v2/models/" + view + more));
        description.requireDocumented(
            "GET",
            "/v2/models/{model}" + versioned,
            200,
            given().get("/v2/models/" + view + versioned.replace("{version}", "1")));
      }
      description.requireDocumented(
          "GET", "/v2/models/{model}" + more, 404, given().get("/v2/models/absent" + more));
    }
    String infer = "/v2/models/{model}/infer";
    description.requireDocumented(
        "POST", infer, 200, json(InferJson.request(InferJson.zeros())).post(infer, model));
    description.requireDocumented(
        "POST",
        infer,
        200,
        json(InferJson.images(List.of(Service.jpeg(), new byte[] {1}))
                .replaceFirst("\\{", "{\"parameters\":{\"partial\":true},"))
            .post(infer, model + "-image"));
    description.requireDocumented(
        "POST",
        infer,
        200,
        json("""
        {"id": "7", "inputs": [{"name": "image", "shape": [1], "datatype": "BYTES",
         "data": [{"b64": "%s"}]}],
         "outputs": [{"name": "logits", "parameters": {"classification": 2}}]}\
        """
                .formatted(image))
            .post(infer, model + "-image"));
    description.requireDocumented(
        "POST",
        infer,
        200,
        given()
            .header("Inference-Header-Content-Length", 0)
            .body(Service.jpeg())
            .post(infer, model + "-image"));
    description.requireDocumented("POST", infer, 400, json("{}").post(infer, model));
    description.requireDocumented(
        "POST", "/v2/repository/index", 200, given().post("/v2/repository/index"));

    String predict = "/v1/models/{model}:predict";
    String instances = "{\"instances\": [{\"b64\": \"%s\"}, {\"b64\": \"AAAA\"}]}";
    description.requireDocumented("GET", "/v1/models", 200, given().get("/v1/models"));
    description.requireDocumented(
        "GET", "/v1/models/{model}", 200, given().get("/v1/models/" + model));
    description.requireDocumented(
        "POST",
        predict,
        200,
        json(instances.formatted(image))
            .urlEncodingEnabled(false)
            .post(predict.replace("{model}", model)));
    description.requireDocumented(
        "POST",
        predict,
        400,
        json("{}").urlEncodingEnabled(false).post(predict.replace("{model}", model)));

    description.requireDocumented("GET", "/ping", 200, given().get("/ping"));
    description.requireDocumented(
        "POST", "/predictions/{model}", 200, image().post("/predictions/" + model));
    description.requireDocumented(
        "PUT", "/predictions/{model}/{version}", 200, image().put("/predictions/" + model + "/1"));
    description.requireDocumented(
        "PUT", "/predictions/{model}/{version}", 404, image().put("/predictions/" + model + "/9"));
  }

  private static RequestSpecification image() {
    return given().contentType("image/jpeg").body(Service.jpeg());
  }

  private static RequestSpecification json(String body) {
    return given().contentType("application/json").body(body);
  }
}
