package dev.loramill.serve.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events as clients of the OpenAI API read them; each is sent at once. */
public final class EventStream {
    private static final byte[] FIELD = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private final ObjectMapper mapper;

    /** Writes to a stream, which is not closed. */
    public EventStream(OutputStream out, ObjectMapper mapper) {
        this.out = out;
        this.mapper = mapper;
    }

    /**
     * Sends a value as JSON.
     *
     * @throws IOException when the client is gone
     */
    public void send(Object value) throws IOException {
        byte[] json;
        try {
            json = mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
        }
        // One write, so that no event is sent in two pieces.
        byte[] event = new byte[FIELD.length + json.length + END.length];
        System.arraycopy(FIELD, 0, event, 0, FIELD.length);
        System.arraycopy(json, 0, event, FIELD.length, json.length);
        System.arraycopy(END, 0, event, FIELD.length + json.length, END.length);
        out.write(event);
        out.flush();
    }

    /**
     * Says that nothing more comes.
     *
     * @throws IOException when the client is gone
     */
    public void done() throws IOException {
        out.write(DONE);
        out.flush();
    }
}
