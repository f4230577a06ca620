package dev.loramill.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Documents of random tokens. */
public final class DocumentsForTest {
    private DocumentsForTest() {}

    public static List<Document> random(int count, int longest, int vocabulary, long seed) {
        Random random = new Random(seed);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = 2 + random.nextInt(longest - 1);
            int[] tokens = new int[length];
            boolean[] labels = new boolean[length];
            for (int t = 0; t < length; t++) {
                tokens[t] = random.nextInt(vocabulary);
                labels[t] = t == length - 1 || random.nextInt(3) > 0;
            }
            documents.add(new Document("row-" + i, tokens, labels));
        }
        return documents;
    }
}
