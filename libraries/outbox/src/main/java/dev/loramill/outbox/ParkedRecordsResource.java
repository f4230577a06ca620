package dev.loramill.outbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** Events of this service that Kafka will never take as they are. */
@Path("/v1/outbox/parked")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class ParkedRecordsResource {
    private static final int MOST = 1_000;

    private final OutboxTable table;
    private final OutboxRelay relay;

    ParkedRecordsResource(OutboxTable table, OutboxRelay relay) {
        this.table = table;
        this.relay = relay;
    }

    /**
     * A parked event.
     *
     * @param id its number in the outbox
     * @param object always {@code outbox.parked}
     * @param topic topic that it is for
     * @param key its key; null when it has none
     * @param valueBytes size of its body in bytes
     * @param reason why Kafka does not take it
     * @param parkedAt when that was found, in seconds since 1970
     * @param waiting events of the same topic and key that wait behind it
     */
    record ParkedBody(
            String id,
            String object,
            String topic,
            @Nullable String key,
            @JsonProperty("value_bytes") long valueBytes,
            String reason,
            @JsonProperty("parked_at") long parkedAt,
            long waiting) {
        static ParkedBody of(ParkedRecord parked) {
            return new ParkedBody(
                    Long.toString(parked.id()),
                    "outbox.parked",
                    parked.topic(),
                    parked.key(),
                    parked.valueBytes(),
                    parked.reason(),
                    parked.parkedAt().getEpochSecond(),
                    parked.waiting());
        }
    }

    /**
     * What became of a parked event.
     *
     * @param id its number in the outbox
     * @param object {@code outbox.released} or {@code outbox.dropped}
     */
    record DoneBody(String id, String object) {}

    /** Parked events, oldest first. */
    @GET
    @Transactional
    public Page<ParkedBody> list(@QueryParam("limit") @Nullable String limit) {
        int most = PageRequest.limit(limit, MOST, MOST);
        return Page.of(
                table.parked(most + 1).stream().map(ParkedBody::of).toList(), most, ParkedBody::id);
    }

    /** Has a parked event sent again, and those behind it. */
    @POST
    @Path("/{id}/release")
    @Transactional
    public DoneBody release(@PathParam("id") String id) {
        require(table.release(number(id)), id);
        relay.wake();
        return new DoneBody(id, "outbox.released");
    }

    /** Gives a parked event up for good; those behind it are sent. */
    @DELETE
    @Path("/{id}")
    @Transactional
    public DoneBody drop(@PathParam("id") String id) {
        require(table.drop(number(id)), id);
        relay.wake();
        return new DoneBody(id, "outbox.dropped");
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw missing(id);
        }
    }

    private static void require(boolean isFound, String id) {
        if (!isFound) {
            throw missing(id);
        }
    }

    private static RefusedException missing(String id) {
        return RefusedException.missing(
                "not_found",
                "id",
                "no event \"%s\" is parked; GET /v1/outbox/parked lists those that are"
                        .formatted(id));
    }
}
