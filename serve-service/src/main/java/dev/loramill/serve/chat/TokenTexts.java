package dev.loramill.serve.chat;

import dev.loramill.llama.tokenizer.Tokenizer;

/** Names tokens for people. */
interface TokenTexts {
    /** Text of a token; of a control token, its name. */
    String text(int token);

    /** Bytes of a token, which may be a part of a character; none of a control token. */
    byte[] bytes(int token);

    /** The texts of a tokenizer. */
    static TokenTexts of(Tokenizer tokenizer) {
        return new TokenTexts() {
            @Override
            public String text(int token) {
                return tokenizer.decode(new int[] {token}, true);
            }

            @Override
            public byte[] bytes(int token) {
                return tokenizer.piece(token);
            }
        };
    }
}
