package dev.loramill.train.specification;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.EventLimits;
import dev.loramill.events.LoraSpec;
import dev.loramill.http.RefusedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request for a job. */
public final class JobRequestReader {
    /**
     * Seed of a job that names none. It is the same for all, so that two jobs on one file hold out
     * the same rows and their losses can be compared.
     */
    static final int USUAL_SEED = 42;

    private static final int MAX_SUFFIX = 64;
    private static final int MAX_NAME = 200;
    private static final int MAX_PROBES = 50;
    private static final int MAX_PROBE = 8_000;
    // Base and adapter answer all of them, and questions and answers travel in one report.
    private static final int MAX_PROBES_TOGETHER = 60_000;
    private static final int MAX_SYSTEM_PROMPT = 16_000;
    private static final int MAX_PAIRS = 16;
    private static final int MAX_KEY = 64;
    private static final int MAX_VALUE = 512;
    private static final String NO_RECIPE = "none";
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    static final List<String> KNOWN_LORA = List.of("rank", "alpha", "dropout", "targets");
    static final List<String> KNOWN =
            List.of(
                    "model",
                    "training_file",
                    "dataset",
                    "recipe",
                    "validation_file",
                    "suffix",
                    "seed",
                    "metadata",
                    "integrations",
                    "hyperparameters",
                    "method",
                    "lora",
                    "probes",
                    "system_prompt");

    private final List<String> usualProbes;

    /**
     * Makes a reader.
     *
     * @param usualProbes questions of a job that names none
     */
    public JobRequestReader(List<String> usualProbes) {
        this.usualProbes = List.copyOf(usualProbes);
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException naming everything that is wrong
     */
    public JobRequest read(@Nullable JsonNode body) {
        if (body == null || !body.isObject()) {
            throw RefusedException.invalid(
                    "missing_body",
                    null,
                    "the body must be a JSON object with at least \"model\" and \"training_file\"");
        }
        requireStorable(body);
        Faults faults = new Faults();
        JobRequestFields fields = JobRequestFields.of(body, faults);
        fields.allow(KNOWN);
        String model = fields.text("model", MAX_NAME);
        if (model == null && !fields.has("model")) {
            fields.fault("missing_required_parameter", "model", "is required: the id of a base");
        }
        HyperparameterChoice hyperparameters = HyperparameterReader.read(fields);
        JobRequest.Rows rows = rows(fields);
        requireNothingUnsupported(fields);
        String suffix = suffix(fields);
        Integer seed = fields.integer("seed", 0, Integer.MAX_VALUE);
        Map<String, String> metadata = metadata(fields);
        LoraSpec lora = lora(fields.inner("lora"));
        List<String> probes = fields.texts("probes", MAX_PROBES, MAX_PROBE, MAX_PROBES_TOGETHER);
        String systemPrompt = fields.text("system_prompt", MAX_SYSTEM_PROMPT);
        faults.refuseIfAny();
        return new JobRequest(
                Objects.requireNonNull(model),
                Objects.requireNonNull(rows),
                suffix,
                seed == null ? USUAL_SEED : seed,
                metadata,
                lora,
                hyperparameters,
                probes == null ? usualProbes : probes,
                systemPrompt);
    }

    /**
     * No text may hold what cannot be stored and told again as it was: U+0000, which databases
     * refuse, and half a pair of surrogates, which is no character.
     */
    private static void requireStorable(JsonNode body) {
        Deque<JsonNode> open = new ArrayDeque<>(List.of(body));
        while (!open.isEmpty()) {
            JsonNode node = open.pop();
            boolean isStorable =
                    (!node.isTextual() || EventLimits.isStorable(node.textValue()))
                            && node.properties().stream()
                                    .map(Map.Entry::getKey)
                                    .allMatch(EventLimits::isStorable);
            if (!isStorable) {
                throw RefusedException.invalid(
                        "invalid_value",
                        null,
                        "the body has a text with U+0000 or with half a pair of surrogates, which"
                                + " cannot be stored; leave such characters out");
            }
            node.forEach(open::push);
        }
    }

    private static JobRequest.@Nullable Rows rows(JobRequestFields fields) {
        String version = version(fields);
        String file = fields.text("training_file", MAX_NAME);
        if (fields.has("dataset") && fields.has("training_file")) {
            fields.fault("dataset", "must not be given beside training_file; keep one of them");
            return null;
        }
        if (version == null && file != null && DIGEST.matcher(file).matches()) {
            // Clients whose type for jobs knows no "dataset" can name a version all the same.
            version = file;
        }
        if (version == null) {
            if (file == null && !fields.has("training_file") && !fields.has("dataset")) {
                fields.fault(
                        "missing_required_parameter",
                        "training_file",
                        "is required: the id of an uploaded file; or name a frozen version by"
                                + " \"dataset\"");
            }
            String recipe = fields.text("recipe", MAX_NAME);
            return file == null
                    ? null
                    : new JobRequest.Rows.OfFile(file, recipe == null ? NO_RECIPE : recipe);
        }
        return new JobRequest.Rows.OfVersion(version, fields.text("recipe", MAX_NAME));
    }

    private static @Nullable String version(JobRequestFields fields) {
        if (!fields.has("dataset")) {
            return null;
        }
        JsonNode node = fields.node("dataset");
        String digest = node.isObject() ? node.path("version").asText() : node.asText();
        if (!DIGEST.matcher(digest).matches()) {
            fields.fault(
                    "dataset",
                    "must be the digest of a frozen version, 64 hexadecimal digits, got %s; list"
                                    .formatted(JobRequestFields.shown(node))
                            + " versions by GET /v1/dataset-versions of clean-service");
            return null;
        }
        return digest;
    }

    private static void requireNothingUnsupported(JobRequestFields fields) {
        if (fields.has("validation_file")) {
            fields.fault(
                    "unsupported_value",
                    "validation_file",
                    "is not supported: rows are held out of the training file, as many as"
                            + " hyperparameters.eval_fraction says; leave it out");
        }
        if (fields.has("integrations") && !fields.node("integrations").isEmpty()) {
            fields.fault("unsupported_value", "integrations", "are not supported; leave them out");
        }
    }

    private static @Nullable String suffix(JobRequestFields fields) {
        String suffix = fields.text("suffix", MAX_NAME);
        if (suffix != null && (suffix.length() > MAX_SUFFIX || !SUFFIX.matcher(suffix).matches())) {
            fields.fault(
                    "suffix",
                    ("must have 1 to %d of letters, digits, \".\", \"_\" and \"-\" and begin with a"
                                    + " letter or digit, got \"%s\"")
                            .formatted(MAX_SUFFIX, suffix));
        }
        return suffix;
    }

    private static Map<String, String> metadata(JobRequestFields fields) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (!fields.has("metadata")) {
            return metadata;
        }
        JsonNode node = fields.node("metadata");
        boolean isValid = node.isObject() && node.size() <= MAX_PAIRS;
        for (Map.Entry<String, JsonNode> pair : node.properties()) {
            isValid &=
                    pair.getKey().length() <= MAX_KEY
                            && pair.getValue().isTextual()
                            && pair.getValue().asText().length() <= MAX_VALUE;
            metadata.put(pair.getKey(), pair.getValue().asText());
        }
        if (!isValid) {
            fields.fault(
                    "metadata",
                    ("must be an object of at most %d texts of at most %d characters, with keys of"
                                    + " at most %d")
                            .formatted(MAX_PAIRS, MAX_VALUE, MAX_KEY));
        }
        return metadata;
    }

    private static LoraSpec lora(JobRequestFields fields) {
        fields.allow(KNOWN_LORA);
        Integer rank = fields.integer("rank", 1, 256);
        Double alpha =
                fields.number("alpha", value -> value > 0 && Double.isFinite(value), "above 0");
        Double dropout = fields.number("dropout", value -> value >= 0 && value < 1, "in [0, 1)");
        int effectiveRank = rank == null ? 16 : rank;
        return new LoraSpec(
                effectiveRank,
                alpha == null ? 2.0 * effectiveRank : alpha,
                dropout == null ? 0 : dropout,
                targets(fields));
    }

    private static List<String> targets(JobRequestFields fields) {
        if (!fields.has("targets") || fields.node("targets").asText().equals("all")) {
            return LoraSpec.ALL_TARGETS;
        }
        List<String> targets =
                fields.texts("targets", LoraSpec.ALL_TARGETS.size(), MAX_NAME, 10 * MAX_NAME);
        if (targets == null) {
            return LoraSpec.ALL_TARGETS;
        }
        if (!LoraSpec.ALL_TARGETS.containsAll(targets)
                || targets.stream().distinct().count() != targets.size()) {
            fields.fault(
                    "targets",
                    "must be \"all\" or a choice of %s, got %s"
                            .formatted(LoraSpec.ALL_TARGETS, targets));
            return LoraSpec.ALL_TARGETS;
        }
        return targets;
    }
}
