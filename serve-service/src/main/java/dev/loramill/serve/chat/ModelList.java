package dev.loramill.serve.chat;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.loramill.serve.adapter.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models that can be asked for, in OpenAI's shape. */
record ModelList(String object, List<Model> data) {
    /**
     * One model.
     *
     * @param root SHA-256 of the adapter's file, or of the base's own
     * @param parent the base of an adapter
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Model(
            String id,
            String object,
            long created,
            String ownedBy,
            String root,
            @Nullable String parent) {

        static Model of(ServedModel model) {
            return new Model(
                    model.name(),
                    "model",
                    model.createdAt().getEpochSecond(),
                    "loramill",
                    model.root(),
                    model.parent().orElse(null));
        }
    }

    static ModelList of(List<ServedModel> models) {
        return new ModelList("list", models.stream().map(Model::of).toList());
    }
}
