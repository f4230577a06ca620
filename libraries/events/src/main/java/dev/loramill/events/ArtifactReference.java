package dev.loramill.events;

/**
 * Where a large thing lies: events carry this, never the thing.
 *
 * @param sha256 digest of the content; the name of the artifact in the artifact store
 * @param sizeBytes length of the content
 */
public record ArtifactReference(String sha256, long sizeBytes) {
    public ArtifactReference {
        Check.sha256("artifact.sha256", sha256);
        Check.notNegative("artifact.sizeBytes", sizeBytes);
    }
}
