package dev.loramill.trainer.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** One row as tokens, with the tokens that are learnt. */
public final class Document {
    private final String digest;
    private final int[] tokens;
    private final boolean[] labels;
    private final int labelCount;

    /**
     * Makes a document.
     *
     * @param digest names the row in messages
     * @param tokens at least two
     * @param labels for each token whether it is learnt; the first never is, as nothing predicts it
     */
    public Document(String digest, int[] tokens, boolean[] labels) {
        if (tokens.length < 2 || labels.length != tokens.length) {
            throw new IllegalArgumentException(
                    "document \""
                            + digest
                            + "\" must have at least 2 tokens and as many labels, got "
                            + tokens.length
                            + " and "
                            + labels.length);
        }
        this.digest = digest;
        this.tokens = tokens.clone();
        this.labels = labels.clone();
        this.labels[0] = false;
        int count = 0;
        for (boolean label : this.labels) {
            count += label ? 1 : 0;
        }
        this.labelCount = count;
    }

    /** Names the row. */
    public String digest() {
        return digest;
    }

    /** Number of tokens. */
    public int length() {
        return tokens.length;
    }

    /** A token by position. */
    public int token(int position) {
        return tokens[position];
    }

    /** Whether the token at a position is learnt. */
    public boolean isLabel(int position) {
        return labels[position];
    }

    /** Number of tokens that are learnt. */
    public int labelCount() {
        return labelCount;
    }

    /** Feeds tokens and labels to a digest. */
    public void update(MessageDigest digest) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (tokens.length + 1));
        bytes.putInt(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            bytes.putInt(labels[i] ? ~tokens[i] : tokens[i]);
        }
        digest.update(bytes.flip());
    }
}
