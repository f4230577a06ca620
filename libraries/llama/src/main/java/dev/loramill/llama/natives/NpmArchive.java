package dev.loramill.llama.natives;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The archive of an npm package. */
final class NpmArchive {
    private static final long MAX_FILE_BYTES = 256L << 20;

    private final Path file;

    NpmArchive(Path file) {
        this.file = file;
    }

    /** The digest in the form that npm pins it: {@code sha512-} and Base64. */
    String integrity() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return "sha512-" + Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies the libraries of a list, by their plain names, and the licence into a directory. */
    void unpack(PinnedFiles wanted, Path directory) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new GZIPInputStream(
                                new BufferedInputStream(Files.newInputStream(file), 1 << 16)))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                boolean isLicence = entry.getName().equals("package/LICENSE");
                if (!entry.isFile() || !(isLicence || wanted.names().contains(name))) {
                    continue;
                }
                if (entry.getSize() > MAX_FILE_BYTES) {
                    throw new IOException(
                            "\"%s\" in \"%s\" has %d bytes, at most %d are allowed"
                                    .formatted(name, file, entry.getSize(), MAX_FILE_BYTES));
                }
                Files.copy(tar, directory.resolve(isLicence ? "LICENSE.node-llama-cpp.txt" : name));
            }
        }
    }
}
