package dev.loramill.train.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.loramill.events.RecipeReference;

/** Where a job's rows come from, found to be there. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobRows.OfFile.class, name = "file"),
    @JsonSubTypes.Type(value = JobRows.OfVersion.class, name = "version")
})
public sealed interface JobRows {
    /** What a client named: the file's id or the version's digest. */
    String name();

    /**
     * An uploaded file.
     *
     * @param fileId id of the file
     * @param recipe recipe that cleans it
     * @param datasetId dataset that is opened on it
     */
    record OfFile(String fileId, RecipeReference recipe, String datasetId) implements JobRows {
        private static final int ID_DIGITS = 24;

        /**
         * A file whose dataset's id follows from what it will hold, so that opening it again finds
         * it.
         */
        public static OfFile of(String fileId, String fileSha256, RecipeReference recipe) {
            String content = String.join("\n", fileSha256, recipe.name(), recipe.digest());
            String id = "ds-" + TextDigest.prefix(content, ID_DIGITS);
            return new OfFile(fileId, recipe, id);
        }

        @Override
        public String name() {
            return fileId;
        }
    }

    /** A frozen version, by its digest. */
    record OfVersion(String digest) implements JobRows {
        @Override
        public String name() {
            return digest;
        }
    }
}
