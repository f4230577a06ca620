package dev.loramill.local.demo;

import java.net.URI;
import java.nio.file.Path;

/**
 * What the demo runs on.
 *
 * @param data file of rows
 * @param recipe recipe that cleans them
 * @param base id of the base in the catalogue
 * @param sample rows taken when freezing, train and held-out together
 * @param epochs passes over the training rows
 * @param seed seed of sampling, split, order and initial weights
 * @param ingest address of the ingest service
 * @param clean address of the clean service
 * @param train address of the train service
 * @param serve address of the serve service
 */
public record DemoOptions(
        Path data,
        String recipe,
        String base,
        int sample,
        int epochs,
        int seed,
        URI ingest,
        URI clean,
        URI train,
        URI serve) {
    /** Name of the file of rows, without its folder. */
    String fileName() {
        return String.valueOf(data.getFileName());
    }
}
