package dev.loramill.serve;

import dev.loramill.llama.natives.NativesLookup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link TinyServing} on java-llama.cpp's library, whatever else this machine has fetched. */
public final class JavaLlamaServing implements QuarkusTestResourceLifecycleManager {
    private final TinyServing serving = new TinyServing();
    private @Nullable String before;

    @Override
    public Map<String, String> start() {
        before = System.getProperty(NativesLookup.PROPERTY);
        System.setProperty(NativesLookup.PROPERTY, NativesLookup.CLASS_PATH);
        return serving.start();
    }

    @Override
    public void stop() {
        serving.stop();
        if (before == null) {
            System.clearProperty(NativesLookup.PROPERTY);
        } else {
            System.setProperty(NativesLookup.PROPERTY, before);
        }
    }
}
