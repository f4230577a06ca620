package dev.loramill.ingest.files;

import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** Files over HTTP, in OpenAI's shape. */
@Path("/v1/files")
@Blocking
class FileResource {
    private static final int MAX_PAGE = 10_000;

    private final StoredFiles files;

    FileResource(StoredFiles files) {
        this.files = files;
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces(MediaType.APPLICATION_JSON)
    public FileBody upload(
            @RestForm("file") @Nullable FileUpload file,
            @RestForm("purpose") @Nullable String purpose,
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String key)
            throws IOException {
        if (file == null) {
            throw RefusedException.invalid(
                    "missing_required_parameter",
                    "file",
                    "the form must have a part \"file\" with a file name");
        }
        return FileBody.of(
                files.accept(
                        file.uploadedFile(), file.fileName(), purpose, IdempotencyKey.of(key)));
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Page<FileBody> list(
            @RestQuery @Nullable String purpose,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String order,
            @RestQuery @Nullable String after) {
        return files.list(PageRequest.ordered(limit, after, order, MAX_PAGE), purpose)
                .map(FileBody::of);
    }

    @GET
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public FileBody file(@PathParam("id") String id) {
        return FileBody.of(files.require(id, null));
    }

    // Any Accept header is fine: clients ask for application/binary and others.
    @GET
    @Path("/{id}/content")
    @Produces(MediaType.WILDCARD)
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response content(@PathParam("id") String id) throws IOException {
        // Bytes of somebody, which no browser shall show as a page.
        return Response.ok(files.content(id).toFile(), MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment")
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public FileBody.Deleted delete(@PathParam("id") String id) {
        files.delete(id);
        return new FileBody.Deleted(id, "file", true);
    }
}
