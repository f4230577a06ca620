package dev.loramill.local.cli;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.local.base.BaseException;
import dev.loramill.local.base.BaseProvider;
import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.LoramillHome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a base model available without starting anything. */
@Command(
        name = "base",
        description = "Put a base model into the artifact store and the catalogue of bases.",
        mixinStandardHelpOptions = true)
final class BaseCommand implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // set by picocli
    @Parameters(paramLabel = "ID|PATH", description = "A base that can be fetched, or a GGUF file.")
    private String base;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description =
                    "Id that a GGUF file gets; by default that of the known base, or its name.")
    private @Nullable String id;

    @Option(
            names = "--artifacts",
            paramLabel = "DIRECTORY",
            description = "The artifact store. Default: that of LORAMILL_HOME.")
    private @Nullable Path artifacts;

    @Option(
            names = "--catalogue",
            paramLabel = "FILE",
            description = "The catalogue of bases. Default: that of LORAMILL_HOME.")
    private @Nullable Path catalogue;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Console console = Console.standard();
        BaseProvider provider =
                new BaseProvider(
                        new LocalArtifactStore(artifacts == null ? home.artifacts() : artifacts),
                        catalogue == null ? home.bases() : catalogue,
                        home.directory().resolve("downloads"),
                        console::live);
        try {
            BaseModel model = provider.provide(base, Optional.ofNullable(id));
            console.line(
                    "base %s, %s %s, %d MB, SHA-256 %s"
                            .formatted(
                                    model.id(),
                                    model.architecture(),
                                    model.quantization(),
                                    model.sizeBytes() / 1_000_000,
                                    model.sha256()));
            return 0;
        } catch (BaseException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
