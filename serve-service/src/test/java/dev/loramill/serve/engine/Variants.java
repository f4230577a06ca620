package dev.loramill.serve.engine;

/** Variants for tests that generate nothing. */
public final class Variants {
    private Variants() {}

    public static ModelVariant named(String name) {
        return new ModelVariant(name, null);
    }
}
