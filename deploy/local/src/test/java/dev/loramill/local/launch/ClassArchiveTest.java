package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
    private static final List<String> FLAGS = List.of("-Xmx128m", "-XX:+UseSerialGC");

    @TempDir Path directory;

    @Test
    void theNextStartUsesTheClassesOfTheFirst() throws Exception {
        Path jar = jar();
        ClassArchive first = ClassArchive.of(jar, FLAGS);
        assertThat(first.isThere()).isFalse();
        assertThat(run(jar, first.options())).isEqualTo("started");

        Path folder = directory.resolve("target/class-archive");
        // No process has this id.
        Files.createFile(folder.resolve("0123456789abcdef.jsa.99999999.classes"));
        Path ofAnother =
                Files.createFile(
                        folder.resolve(
                                "0123456789abcdef.jsa.%d.classes"
                                        .formatted(ProcessHandle.current().pid())));
        assertThat(first.make(directory.resolve("log")).waitFor())
                .as(Files.readString(directory.resolve("log")))
                .isZero();
        first.keep();
        assertThat(ofAnother).exists();
        Files.delete(ofAnother);

        ClassArchive second = ClassArchive.of(jar, FLAGS);
        assertThat(second.isThere()).isTrue();
        List<String> telling = new ArrayList<>(second.options());
        telling.add("-Xlog:class+load=info:file=" + directory.resolve("loads"));
        assertThat(run(jar, telling)).isEqualTo("started");
        assertThat(Files.readString(directory.resolve("loads")))
                .contains(Started.class.getName() + " source: shared objects file");
        assertThat(files()).singleElement().asString().endsWith(".jsa");
    }

    @Test
    void anArchiveOfOtherJarsOrFlagsIsNotTaken() throws Exception {
        Path jar = jar();
        ClassArchive archive = ClassArchive.of(jar, FLAGS);
        run(jar, archive.options());
        archive.make(directory.resolve("log")).waitFor();
        archive.keep();

        assertThat(ClassArchive.of(jar, List.of("-Xmx64m")).isThere()).isFalse();
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(ClassArchive.of(jar, FLAGS).isThere()).isFalse();
    }

    @Test
    void aDamagedArchiveDoesNotKeepAServiceFromStarting() throws Exception {
        Path jar = jar();
        ClassArchive archive = ClassArchive.of(jar, FLAGS);
        run(jar, archive.options());
        archive.make(directory.resolve("log")).waitFor();
        archive.keep();
        Path file = directory.resolve("target/class-archive").resolve(files().getFirst());
        Files.write(file, new byte[100]);

        assertThat(run(jar, archive.options())).isEqualTo("started");
    }

    /** What is started. */
    public static final class Started {
        private Started() {}

        /** Says that it runs. */
        public static void main(String[] arguments) {
            System.out.print("started");
        }
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(directory.resolve("target/class-archive"))) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    private Path jar() throws IOException {
        Path jar = directory.resolve("target/quarkus-app/quarkus-run.jar");
        Files.createDirectories(directory.resolve("target/quarkus-app"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Started.class.getName());
        String entry = Started.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var in = ClassArchiveTest.class.getResourceAsStream("/" + entry)) {
            out.putNextEntry(new JarEntry(entry));
            Objects.requireNonNull(in).transferTo(out);
        }
        return jar;
    }

    private static String run(Path jar, List<String> options) throws Exception {
        List<String> said = new ArrayList<>();
        try (ChildProcess process =
                JavaCommand.ofJar(jar)
                        .options(FLAGS)
                        .options(options)
                        .child()
                        .outputAndErrors(Redirect.PIPE)
                        .start()) {
            assertThat(process.readLines(said::add)).as(said.toString()).isZero();
        }
        return String.join("\n", said);
    }
}
