package dev.loramill.trainer.autograd;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.kernel.RotaryTable;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What all blocks need to know of a batch, on the device.
 *
 * @param rows tokens of the batch, T
 * @param buckets documents of similar length
 * @param back [T], where each row lies among the rows of all buckets
 * @param cosines [T, 1, rotated pairs], in single precision
 * @param sines likewise
 */
record Packing(int rows, List<Bucket> buckets, Tensor back, Tensor cosines, Tensor sines) {

    /**
     * Documents of similar length.
     *
     * @param count number of documents, N
     * @param length rows of each with padding, L
     * @param rows [N · L], rows of the batch
     */
    record Bucket(long count, long length, Tensor rows) {}

    static Packing of(PackedBatch batch, RotaryTable table, TorchDevice device) {
        DocumentBuckets documents = DocumentBuckets.of(batch);
        int pairs = table.pairs();
        float[] cosines = new float[batch.tokenCount() * pairs];
        float[] sines = new float[batch.tokenCount() * pairs];
        for (int row = 0; row < batch.tokenCount(); row++) {
            for (int pair = 0; pair < pairs; pair++) {
                cosines[row * pairs + pair] = table.cosine(documents.positions()[row], pair);
                sines[row * pairs + pair] = table.sine(documents.positions()[row], pair);
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        for (DocumentBuckets.Bucket bucket : documents.buckets()) {
            buckets.add(new Bucket(bucket.count(), bucket.length(), device.indices(bucket.rows())));
        }
        return new Packing(
                batch.tokenCount(),
                buckets,
                device.indices(documents.back()),
                device.floats(cosines, batch.tokenCount(), pairs).unsqueeze(1),
                device.floats(sines, batch.tokenCount(), pairs).unsqueeze(1));
    }
}
