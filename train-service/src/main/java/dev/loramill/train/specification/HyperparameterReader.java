package dev.loramill.train.specification;

import dev.loramill.events.Hyperparameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads hyper-parameters, from where OpenAI has them now and from where it had them before. */
final class HyperparameterReader {
    private static final int MAX_EPOCHS = 50;
    private static final int MAX_BATCH_SIZE = 256;
    private static final int MAX_ACCUMULATION = 1_024;
    private static final int MIN_SAMPLE = 2;
    private static final int MIN_LENGTH = 16;
    private static final int MAX_LENGTH = 131_072;
    private static final int MAX_TYPE = 100;
    private static final double MAX_EVAL_FRACTION = 0.5;
    static final List<String> KNOWN =
            List.of(
                    "n_epochs",
                    "batch_size",
                    "learning_rate_multiplier",
                    "learning_rate",
                    "max_steps",
                    "gradient_accumulation",
                    "max_length",
                    "warmup_steps",
                    "eval_every",
                    "save_every",
                    "precision",
                    "sample",
                    "eval_fraction");

    private HyperparameterReader() {}

    static HyperparameterChoice read(JobRequestFields request) {
        JobRequestFields method = request.inner("method");
        method.allow(List.of("type", "supervised", "dpo", "reinforcement"));
        String type = method.text("type", MAX_TYPE);
        if (!method.isEmpty() && (type == null || !type.equals("supervised"))) {
            method.fault(
                    "unsupported_value",
                    "type",
                    "must be \"supervised\", the only method there is, got \"%s\"".formatted(type));
        }
        JobRequestFields supervised = method.inner("supervised");
        supervised.allow(List.of("hyperparameters"));
        JobRequestFields now = supervised.inner("hyperparameters");
        JobRequestFields before = request.inner("hyperparameters");
        if (!now.isEmpty() && !before.isEmpty()) {
            request.fault(
                    "hyperparameters",
                    "must not be given beside method.supervised.hyperparameters; keep one of them");
        }
        return readFrom(now.isEmpty() ? before : now);
    }

    private static HyperparameterChoice readFrom(JobRequestFields fields) {
        fields.allow(KNOWN);
        Double multiplier =
                fields.number(
                        "learning_rate_multiplier", HyperparameterReader::isPositive, "above 0");
        Double rate =
                fields.number(
                        "learning_rate", value -> value > 0 && value <= 1, "above 0 and at most 1");
        if (multiplier != null && rate != null) {
            fields.fault("learning_rate", "must not be given beside learning_rate_multiplier");
        }
        return new HyperparameterChoice(
                fields.integer("n_epochs", 1, MAX_EPOCHS),
                fields.integer("batch_size", 1, MAX_BATCH_SIZE),
                multiplier,
                rate,
                fields.integer("max_steps", 1, Integer.MAX_VALUE),
                fields.integer("gradient_accumulation", 1, MAX_ACCUMULATION),
                fields.integer("max_length", MIN_LENGTH, MAX_LENGTH),
                fields.integer("warmup_steps", 0, Integer.MAX_VALUE),
                fields.integer("eval_every", 0, Integer.MAX_VALUE),
                fields.integer("save_every", 0, Integer.MAX_VALUE),
                precision(fields),
                fields.integer("sample", MIN_SAMPLE, Integer.MAX_VALUE),
                fields.number(
                        "eval_fraction",
                        value -> value > 0 && value <= MAX_EVAL_FRACTION,
                        "above 0 and at most " + MAX_EVAL_FRACTION));
    }

    private static @Nullable String precision(JobRequestFields fields) {
        return fields.choice("precision", Hyperparameters.PRECISIONS);
    }

    private static boolean isPositive(double value) {
        return value > 0 && Double.isFinite(value);
    }
}
