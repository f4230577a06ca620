package dev.loramill.train.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.train.specification.JobRequestSchema;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.Explode;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterStyle;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Fine-tuning jobs over HTTP, in OpenAI's shape. */
@Path("/v1/fine_tuning/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class FineTuningJobResource {
    private static final int MOST = 100;
    private static final int USUAL_JOBS = 20;
    private static final int USUAL_CHECKPOINTS = 10;
    private static final Pattern METADATA_KEY = Pattern.compile("metadata\\[(.*)]");

    private final Jobs jobs;

    FineTuningJobResource(Jobs jobs) {
        this.jobs = jobs;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = JobRequestSchema.class)))
    public FineTuningJobBody create(
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String key, @Nullable JsonNode body) {
        return FineTuningJobBody.of(jobs.create(body, IdempotencyKey.of(key)));
    }

    @GET
    @Parameter(
            name = "metadata",
            in = ParameterIn.QUERY,
            style = ParameterStyle.DEEPOBJECT,
            explode = Explode.TRUE,
            description =
                    "only jobs with these pairs, metadata[key]=value; metadata=null: only jobs without any",
            schema = @Schema(type = SchemaType.OBJECT, additionalProperties = String.class))
    public Page<FineTuningJobBody> list(
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after,
            @Context UriInfo uri) {
        return jobs.list(
                        PageRequest.newestFirst(limit, after, USUAL_JOBS, MOST),
                        metadata(uri.getQueryParameters()))
                .map(FineTuningJobBody::of);
    }

    @GET
    @Path("/{id}")
    public FineTuningJobBody job(@PathParam("id") String id) {
        return FineTuningJobBody.of(jobs.require(id));
    }

    // Clients send no body, and some of them name a content type for it.
    @POST
    @Path("/{id}/cancel")
    @Consumes(MediaType.WILDCARD)
    public FineTuningJobBody cancel(@PathParam("id") String id) {
        return FineTuningJobBody.of(jobs.cancel(id));
    }

    @GET
    @Path("/{id}/events")
    public Page<JobEventBody> events(
            @PathParam("id") String id,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        return jobs.events(id, PageRequest.newestFirst(limit, after, USUAL_JOBS, MOST))
                .map(JobEventBody::of);
    }

    @GET
    @Path("/{id}/checkpoints")
    public Page<CheckpointBody> checkpoints(
            @PathParam("id") String id,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Job job = jobs.require(id);
        return jobs.checkpoints(id, PageRequest.newestFirst(limit, after, USUAL_CHECKPOINTS, MOST))
                .map(saved -> CheckpointBody.of(job, saved));
    }

    /** Pairs to look for; null when {@code metadata=null} asks for jobs without any. */
    private static @Nullable Map<String, String> metadata(
            MultivaluedMap<String, String> parameters) {
        if ("null".equals(parameters.getFirst("metadata"))) {
            return null;
        }
        Map<String, String> metadata = new HashMap<>();
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            Matcher matcher = METADATA_KEY.matcher(parameter.getKey());
            String key = matcher.matches() ? matcher.group(1) : null;
            if (key != null && !parameter.getValue().isEmpty()) {
                metadata.put(key, parameter.getValue().getFirst());
            }
        }
        return metadata;
    }
}
