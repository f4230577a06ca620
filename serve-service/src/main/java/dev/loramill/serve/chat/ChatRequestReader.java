package dev.loramill.serve.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.ChatMessage;
import dev.loramill.http.RefusedException;
import dev.loramill.llama.binding.SamplerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Reads and checks the body of a chat completion request. All faults are reported at once; a field
 * that would change the answer and is not supported is a fault, one that would not is ignored.
 */
final class ChatRequestReader {
    private static final int MAX_STOP_SEQUENCES = 4;
    private static final float LEAST_TEMPERATURE = 1e-3f;
    private static final int MAX_MODEL_CHARS = 256;
    private static final int MAX_STOP_CHARS = 1_024;
    private static final int MAX_TOP_LOGPROBS = 20;

    private static final Set<String> READ =
            Set.of(
                    "model",
                    "messages",
                    "temperature",
                    "top_p",
                    "top_k",
                    "min_p",
                    "seed",
                    "repetition_penalty",
                    "frequency_penalty",
                    "presence_penalty",
                    "logit_bias",
                    "stop",
                    "max_tokens",
                    "max_completion_tokens",
                    "n",
                    "logprobs",
                    "top_logprobs",
                    "stream",
                    "stream_options",
                    "response_format",
                    "modalities",
                    "tools",
                    "tool_choice",
                    "functions",
                    "function_call",
                    "audio",
                    "web_search_options");

    /** Fields of the API that change no answer of a model like ours. */
    private static final Set<String> IGNORED =
            Set.of(
                    "user",
                    "metadata",
                    "store",
                    "service_tier",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "parallel_tool_calls",
                    "prediction",
                    "reasoning_effort",
                    "verbosity",
                    "moderation");

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final int vocabularySize;
    private final int messageLimit;

    ChatRequestReader(int vocabularySize, int messageLimit) {
        this.vocabularySize = vocabularySize;
        this.messageLimit = messageLimit;
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException with all that is wrong
     */
    ChatRequest read(byte[] json) {
        JsonNode body;
        try {
            body = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw RefusedException.invalid(
                    "invalid_json", null, "the body must be JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RefusedException.invalid("invalid_json", null, "the body must be JSON in UTF-8");
        }
        if (!body.isObject()) {
            throw RefusedException.invalid("invalid_json", null, "the body must be a JSON object");
        }
        RequestFields fields = new RequestFields(body);
        ChatRequest request = read(fields);
        refuseUnsupported(fields, body);
        throwFaults(fields.faults());
        return request;
    }

    private ChatRequest read(RequestFields fields) {
        String model = fields.text("model").orElse("");
        if (model.isEmpty() && fields.faults().isEmpty()) {
            fields.refuse(missing("model"));
        }
        if (model.length() > MAX_MODEL_CHARS) {
            fields.refuse(
                    new RequestFields.Fault(
                            "model",
                            "invalid_value",
                            "model must be a name of at most %d characters, got one of %d"
                                    .formatted(MAX_MODEL_CHARS, model.length())));
        }
        OptionalInt maxTokens = fields.wholeNumber("max_tokens", 1, Integer.MAX_VALUE);
        OptionalInt maxCompletionTokens =
                fields.wholeNumber("max_completion_tokens", 1, Integer.MAX_VALUE);
        return new ChatRequest(
                model,
                messages(fields),
                maxCompletionTokens.isPresent() ? maxCompletionTokens : maxTokens,
                sampling(fields),
                stop(fields),
                logprobs(fields),
                delivery(fields));
    }

    private List<ChatMessage> messages(RequestFields fields) {
        JsonNode messages = fields.find("messages").orElse(null);
        if (messages == null) {
            fields.refuse(missing("messages"));
            return List.of();
        }
        if (!messages.isArray() || messages.isEmpty()) {
            fields.refuse("messages", "an array of at least 1 message", messages);
            return List.of();
        }
        if (messages.size() > messageLimit) {
            fields.refuse(
                    new RequestFields.Fault(
                            "messages",
                            "invalid_value",
                            "messages must be at most %d, got %d; leave out the oldest"
                                    .formatted(messageLimit, messages.size())));
            return List.of();
        }
        List<ChatMessage> read = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            MessageReader.read("messages[" + i + "]", messages.get(i), fields).ifPresent(read::add);
        }
        return read;
    }

    private SamplerOptions sampling(RequestFields fields) {
        // Narrowed at once: what is left of a very small number is 0.
        float topP = (float) fields.number("top_p", 0, 1, 1);
        int topK = fields.wholeNumber("top_k", -1, Integer.MAX_VALUE).orElse(0);
        long seed =
                fields.anyWholeNumber("seed")
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong());
        float temperature = (float) fields.number("temperature", 0, 2, 1);
        double repetition = fields.number("repetition_penalty", 0.01, 10, 1);
        return new SamplerOptions(
                // Below it only the likeliest token is left, and logits divided by it overflow.
                temperature < LEAST_TEMPERATURE ? 0 : temperature,
                // The one likeliest token is what a probability of 0 leaves.
                topP == 0 ? 1 : Math.max(0, topK),
                topP == 0 ? 1f : topP,
                (float) fields.number("min_p", 0, 1, 0),
                (float) repetition,
                (float) fields.number("frequency_penalty", -2, 2, 0),
                (float) fields.number("presence_penalty", -2, 2, 0),
                0,
                Long.hashCode(seed),
                logitBias(fields),
                null);
    }

    private Map<Integer, Float> logitBias(RequestFields fields) {
        JsonNode biases = fields.find("logit_bias").orElse(null);
        if (biases == null) {
            return Map.of();
        }
        String allowed =
                "an object of token ids in [0, %d] and numbers in [-100, 100]"
                        .formatted(vocabularySize - 1);
        Map<Integer, Float> read = new HashMap<>();
        if (!biases.isObject()) {
            fields.refuse("logit_bias", allowed, biases);
            return Map.of();
        }
        for (Map.Entry<String, JsonNode> entry : biases.properties()) {
            int token = token(entry.getKey());
            double bias = entry.getValue().doubleValue();
            if (token < 0 || !entry.getValue().isNumber() || !(Math.abs(bias) <= 100)) {
                fields.refuse("logit_bias", allowed, biases);
                return Map.of();
            }
            // As in the API: -100 forbids a token.
            read.put(token, bias == -100 ? Float.NEGATIVE_INFINITY : (float) bias);
        }
        long forbidden =
                read.values().stream().filter(bias -> bias == Float.NEGATIVE_INFINITY).count();
        if (forbidden == vocabularySize) {
            fields.refuse(
                    new RequestFields.Fault(
                            "logit_bias",
                            "invalid_value",
                            "logit_bias must leave a token that may be chosen, all %d are forbidden by -100"
                                    .formatted(vocabularySize)));
            return Map.of();
        }
        return read;
    }

    private int token(String text) {
        try {
            int token = Integer.parseInt(text);
            return token < vocabularySize ? token : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static List<String> stop(RequestFields fields) {
        JsonNode stop = fields.find("stop").orElse(null);
        if (stop == null) {
            return List.of();
        }
        List<String> sequences = new ArrayList<>();
        if (stop.isTextual()) {
            sequences.add(stop.textValue());
        } else if (stop.isArray()) {
            stop.forEach(element -> sequences.add(element.isTextual() ? element.textValue() : ""));
        } else {
            sequences.add("");
        }
        if (sequences.size() > MAX_STOP_SEQUENCES
                || sequences.stream().anyMatch(ChatRequestReader::isNoStop)) {
            fields.refuse(
                    "stop",
                    "a string, or up to 4 strings, each of 1 to %d characters"
                            .formatted(MAX_STOP_CHARS),
                    stop);
            return List.of();
        }
        return sequences;
    }

    private static boolean isNoStop(String sequence) {
        return sequence.isEmpty() || sequence.length() > MAX_STOP_CHARS;
    }

    private static OptionalInt logprobs(RequestFields fields) {
        boolean isWanted = fields.flag("logprobs");
        OptionalInt top = fields.wholeNumber("top_logprobs", 0, MAX_TOP_LOGPROBS);
        if (top.isPresent() && !isWanted) {
            fields.refuse(
                    new RequestFields.Fault(
                            "top_logprobs",
                            "invalid_value",
                            "top_logprobs needs logprobs to be true"));
        }
        return isWanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
    }

    private static ChatRequest.Delivery delivery(RequestFields fields) {
        boolean isStream = fields.flag("stream");
        JsonNode options = fields.find("stream_options").orElse(null);
        if (options == null) {
            return isStream ? ChatRequest.Delivery.STREAM : ChatRequest.Delivery.WHOLE;
        }
        JsonNode usage = options.path("include_usage");
        if (!isStream || !options.isObject()) {
            fields.refuse("stream_options", "absent, or an object where stream is true", options);
        } else if (!usage.isMissingNode() && !usage.isNull() && !usage.isBoolean()) {
            fields.refuse("stream_options.include_usage", "true or false", usage);
        }
        return usage.asBoolean(false)
                ? ChatRequest.Delivery.STREAM_WITH_USAGE
                : ChatRequest.Delivery.STREAM;
    }

    private static void refuseUnsupported(RequestFields fields, JsonNode body) {
        fields.find("n")
                .filter(n -> !n.isIntegralNumber() || n.longValue() != 1)
                .ifPresent(n -> fields.refuse("n", "1; send the request again for more", n));
        fields.find("response_format")
                .filter(format -> !format.path("type").asText().equals("text"))
                .ifPresent(
                        format -> fields.refuse("response_format", "{\"type\":\"text\"}", format));
        fields.find("modalities")
                .filter(modalities -> !modalities.toString().equals("[\"text\"]"))
                .ifPresent(modalities -> fields.refuse("modalities", "[\"text\"]", modalities));
        for (String field : List.of("tools", "functions")) {
            fields.find(field)
                    .filter(tools -> !tools.isArray() || !tools.isEmpty())
                    .ifPresent(tools ->
                            fields.refuse(field, "absent: tools are not supported", tools));
        }
        for (String field : List.of("tool_choice", "function_call")) {
            fields.find(field)
                    .filter(choice -> !Set.of("none", "auto").contains(choice.asText()))
                    .ifPresent(choice -> fields.refuse(field, "\"none\" or \"auto\"", choice));
        }
        for (String field : List.of("audio", "web_search_options")) {
            fields.find(field)
                    .ifPresent(value -> fields.refuse(field, "absent: it is not supported", value));
        }
        body.fieldNames()
                .forEachRemaining(name -> {
                    if (!READ.contains(name) && !IGNORED.contains(name)) {
                        fields.refuse(
                                new RequestFields.Fault(
                                        name,
                                        "unknown_parameter",
                                        "%s is not a field of this request".formatted(name)));
                    }
                });
    }

    private static RequestFields.Fault missing(String field) {
        return new RequestFields.Fault(
                field, "missing_required_parameter", field + " is missing, it is required");
    }

    private static void throwFaults(List<RequestFields.Fault> faults) {
        if (!faults.isEmpty()) {
            throw RefusedException.invalid(
                    faults.getFirst().code(),
                    faults.getFirst().field(),
                    faults.stream()
                            .map(RequestFields.Fault::message)
                            .collect(Collectors.joining("; ")));
        }
    }
}
