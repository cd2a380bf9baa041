package io.github.vanillanet.train.api;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.JOB_NOT_FOUND;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.base.json.JsonReason;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Starts, shows, cancels, resumes and deletes trainings. */
@Path("/admin/trainings")
@Tag(name = "Trainings")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(AdminRole.NAME)
@Blocking
public final class TrainingsResource {

  private static final String FROM = "from";
  private static final String CSV = "text/csv";
  private static final String DRY_RUN =
      "true: only plan the training; the job's result is its plan";

  private final JobRunner jobs;
  private final TrainingSubmission submission;
  private final ObjectMapper json;

  TrainingsResource(JobRunner jobs, TrainingSubmission submission, ObjectMapper json) {
    this.jobs = jobs;
    this.submission = submission;
    this.json = json;
  }

  public record TrainingList(List<JobView> trainings) {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Train on a folder in the data root, or from a dry run",
      description =
          "With the member from, the id of a dry run, the training uses the data and the recipe of"
              + " the dry run. Other members replace those of its recipe.")
  @APIResponse(
      responseCode = "202",
      description = "The training is queued; the header Location is its address",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @RequestBody(ref = "Training")
  public Response train(
      @Parameter(description = DRY_RUN) @QueryParam("dry_run") boolean dryRun, JsonNode request) {
    if (request == null) { // the body is empty
      throw INVALID_REQUEST.error("expected a JSON object, the body is empty");
    }
    return accepted(submission.submit(request, dryRun));
  }

  /** {@link #upload} at the path of {@link #train}; the content type selects it. */
  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(hidden = true) // generators fail if an operation takes two content types
  public Response trainUpload(
      @QueryParam("dry_run") boolean dryRun,
      @RestForm("spec") String spec,
      @RestForm("from") String from,
      @RestForm("data") FileUpload data) {
    return upload(dryRun, spec, from, data);
  }

  @POST
  @Path("/upload")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(
      summary = "Train on an uploaded zip of an image folder, or from a dry run",
      description =
          "The field spec has the request, data the zip. The field from, with the id of a dry run,"
              + " replaces data; spec can then be left out. POST /admin/trainings takes the same"
              + " body.")
  @APIResponse(
      responseCode = "202",
      description = "The training is queued; the header Location is its address",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @RequestBody(ref = "TrainingUpload")
  public Response upload(
      @Parameter(description = DRY_RUN) @QueryParam("dry_run") boolean dryRun,
      @RestForm("spec") String spec,
      @RestForm("from") String from,
      @RestForm("data") FileUpload data) {
    // null for a missing part, and for a part without a file name
    boolean uploaded = data != null && data.uploadedFile() != null;
    if (from == null && spec == null || from == null && !uploaded && !parse(spec).has(FROM)) {
      throw INVALID_REQUEST.error(
          "expected JSON in the multipart field 'spec' and a zip in 'data', or the id of a dry run"
              + " in 'from'; missing: %s",
          spec == null ? "spec" : "data");
    }
    JsonNode request = spec == null ? json.createObjectNode() : parse(spec);
    if (from != null && request instanceof ObjectNode members) {
      members.put(FROM, from);
    }
    return accepted(
        uploaded
            ? submission.submit(request, data.uploadedFile(), dryRun)
            : submission.submit(request, dryRun));
  }

  private JsonNode parse(String spec) {
    try {
      return json.readTree(spec);
    } catch (JsonProcessingException e) {
      throw INVALID_REQUEST.error("spec: expected JSON: %s", JsonReason.of(e));
    }
  }

  private Response accepted(Job job) {
    return Response.accepted(view(job))
        .location(URI.create("/admin/trainings/" + job.id()))
        .build();
  }

  private JobView view(Job job) {
    return JobView.of(job, jobs.folder(job.id()));
  }

  @GET
  @Operation(summary = "All trainings, oldest first")
  public TrainingList trainings() {
    return new TrainingList(jobs.list().stream().map(this::view).toList());
  }

  @GET
  @Path("/{id}")
  @Operation(summary = "One training")
  public JobView training(@PathParam("id") String id) {
    return view(jobs.find(id));
  }

  @GET
  @Path("/{id}/report")
  @Operation(summary = "The report of a training: curves, per-class results, skipped files")
  @APIResponse(
      responseCode = "200",
      description = "Updated after each epoch",
      content = @Content(schema = @Schema(ref = "TrainingReport")))
  public JsonNode report(@PathParam("id") String id) {
    return jobs.folder(id)
        .results()
        .readReport(JsonNode.class)
        .orElseThrow(() -> JOB_NOT_FOUND.error("job %s has no report yet", id));
  }

  @GET
  @Path("/{id}/metrics")
  @Produces(MediaType.WILDCARD) // some generated clients accept only application/problem+json
  @Operation(summary = "The metrics of a training: one line for each epoch")
  @APIResponse(
      responseCode = "200",
      description = "Comma-separated values with a line of names, updated after each epoch",
      content =
          @Content(
              mediaType = CSV,
              schema = @Schema(type = SchemaType.STRING),
              example =
                  "epoch,stage,input_size,step,learning_rate,slope,loss\n1,1,64,40,0.0035,0.1,2.1"))
  public Response metrics(@PathParam("id") String id) {
    String metrics =
        jobs.folder(id)
            .results()
            .readMetrics()
            .orElseThrow(() -> JOB_NOT_FOUND.error("job %s has no metrics yet", id));
    return Response.ok(metrics, CSV).build();
  }

  @GET
  @Path("/{id}/thumbnails/{number}")
  @Produces(MediaType.WILDCARD)
  @Operation(summary = "A small image that the report or the plan refers to by its number")
  @APIResponse(
      responseCode = "200",
      description = "At most 64 pixels wide and high",
      content =
          @Content(
              mediaType = "image/jpeg",
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  public Response thumbnail(@PathParam("id") String id, @PathParam("number") int number) {
    byte[] jpeg =
        jobs.folder(id)
            .results()
            .readThumbnail(number)
            .orElseThrow(() -> JOB_NOT_FOUND.error("job %s has no thumbnail %d", id, number));
    return Response.ok(jpeg, "image/jpeg").build();
  }

  @GET
  @Path("/{id}/plan")
  @Operation(summary = "The result of a dry run: data, recipe, measured steps, objections")
  @APIResponse(
      responseCode = "200",
      description = "The plan",
      content = @Content(schema = @Schema(ref = "TrainingPlan")))
  public JsonNode plan(@PathParam("id") String id) {
    return jobs.folder(id)
        .results()
        .readPlan()
        .orElseThrow(() -> JOB_NOT_FOUND.error("job %s has no plan", id));
  }

  @POST
  @Path("/{id}/cancel")
  @Operation(summary = "Cancel a training")
  @APIResponse(
      responseCode = "200",
      description = "The training is cancelled",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  @APIResponse(
      responseCode = "202",
      description = "Its process is being stopped",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  public Response cancel(@PathParam("id") String id) {
    Job job = jobs.cancel(id);
    return Response.status(job.state().ended() ? Response.Status.OK : Response.Status.ACCEPTED)
        .entity(view(job))
        .build();
  }

  @POST
  @Path("/{id}/resume")
  @Operation(summary = "Continue a failed or cancelled training from its last checkpoint")
  @APIResponse(
      responseCode = "202",
      description = "The training is queued",
      content = @Content(schema = @Schema(implementation = JobView.class)))
  public Response resume(@PathParam("id") String id) {
    return accepted(submission.resume(id));
  }

  @DELETE
  @Path("/{id}")
  @Produces(MediaType.WILDCARD) // without a body, generated clients accept only errors
  @Operation(summary = "Delete a training that has ended, with its files; its model stays")
  @APIResponse(responseCode = "204", description = "The training is deleted")
  public void delete(@PathParam("id") String id) {
    jobs.delete(id);
  }
}
