package dev.loramill.train.specification;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.CorruptArtifactException;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.events.DatasetManifest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Frozen versions, read from the artifact store: a version is named by its manifest's digest. */
@ApplicationScoped
public class FrozenVersions {
    private static final long MAX_MANIFEST_BYTES = 1 << 20;

    private final ArtifactStore artifacts;

    FrozenVersions(ArtifactStore artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * The version with a digest; empty when there is none.
     *
     * @throws UnusableVersionException when the artifact of that name is not a version
     * @throws UncheckedIOException when the store cannot be read
     */
    public Optional<FrozenVersion> find(String digest) throws UnusableVersionException {
        try {
            if (artifacts.sizeBytes(digest) > MAX_MANIFEST_BYTES) {
                throw unusable(digest, "it is too large for a manifest", null);
            }
            return Optional.of(new FrozenVersion(digest, manifest(digest)));
        } catch (MissingArtifactException e) {
            return Optional.empty();
        } catch (CorruptArtifactException | IllegalArgumentException e) {
            throw unusable(digest, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the manifest " + digest, e);
        }
    }

    private DatasetManifest manifest(String digest) throws IOException {
        try (InputStream content = artifacts.open(digest)) {
            return DatasetManifest.read(content.readAllBytes());
        }
    }

    private static UnusableVersionException unusable(
            String digest, String what, @Nullable Exception cause) {
        return new UnusableVersionException(
                "\"%s\" is not a dataset version: %s".formatted(digest, what), cause);
    }
}
