package dev.loramill.serve.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.http.RefusedException;
import dev.loramill.serve.stream.EventStream;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InterruptedIOException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Answers chat completion requests. A client that goes away frees its slot. */
@Path("/v1/chat/completions")
public class ChatCompletionsResource {
    private final ChatCompletions completions;
    private final ObjectMapper mapper;

    ChatCompletionsResource(ChatCompletions completions, ObjectMapper mapper) {
        this.completions = completions;
        this.mapper = mapper;
    }

    /**
     * Answers a conversation, as a whole or, with {@code stream}, piece by piece as server-sent
     * events.
     *
     * @throws RefusedException when the request is wrong, the model is not known, there is no room,
     *     or the whole answer breaks off
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @RequestBody(
            description = "a chat completion request of OpenAI's API",
            content = @Content(schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(
            responseCode = "200",
            description = "the answer; with \"stream\" piece by piece",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = ChatCompletion.class)),
                @Content(
                        mediaType = MediaType.SERVER_SENT_EVENTS,
                        schema = @Schema(implementation = ChatChunk.class))
            })
    public Response complete(byte[] body, @Context RoutingContext http)
            throws InterruptedException {
        ChatRequest request = completions.read(body);
        OpenAnswer answer = completions.open(request);
        http.addEndHandler(_ -> answer.text().cancel());
        if (http.response().closed()) {
            answer.text().cancel();
        }
        if (request.delivery() == ChatRequest.Delivery.WHOLE) {
            return Response.ok(AnswerDelivery.complete(answer, request))
                    .type(MediaType.APPLICATION_JSON)
                    .build();
        }
        StreamingOutput output =
                out -> {
                    try {
                        AnswerDelivery.stream(answer, request, new EventStream(out, mapper));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new InterruptedIOException();
                    } finally {
                        answer.text().cancel();
                    }
                };
        return Response.ok(output)
                .type(MediaType.SERVER_SENT_EVENTS)
                .header("Cache-Control", "no-cache")
                .header("X-Accel-Buffering", "no")
                .build();
    }
}
