package dev.loramill.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {
    private static final String JAVA =
            Path.of(String.valueOf(System.getProperty("java.home")), "bin", "java").toString();

    @Test
    void wordsStandInTheOrderThatJavaWants() {
        assertThat(
                        JavaCommand.ofMain("a.jar:lib/*", "dev.Main")
                                .under(List.of("nice", "-n", "19"))
                                .options("-Xmx1m")
                                .arguments("run")
                                .options("-Xms1m")
                                .arguments(List.of("--job", "job.json"))
                                .words())
                .containsExactly(
                        "nice",
                        "-n",
                        "19",
                        JAVA,
                        "-Xmx1m",
                        "-Xms1m",
                        "-cp",
                        "a.jar:lib/*",
                        "dev.Main",
                        "run",
                        "--job",
                        "job.json");
    }

    @Test
    void aJarNeedsNoMainClass() {
        assertThat(JavaCommand.ofJar(Path.of("app.jar")).options("-Xmx1m").words())
                .containsExactly(JAVA, "-Xmx1m", "-jar", "app.jar");
    }

    @Test
    void theClassPathIsThatOfThisJvmUnlessGiven() {
        assertThat(JavaCommand.ofMain("dev.Main").words())
                .containsExactly(
                        JAVA,
                        "-cp",
                        String.valueOf(System.getProperty("java.class.path")),
                        "dev.Main");
    }

    @Test
    void optionsOfThisJvmComeAlongWithoutItsAgents() {
        List<String> words = JavaCommand.ofMain("dev.Main").optionsOfThisJvm().words();

        assertThat(words).contains("--enable-native-access=ALL-UNNAMED");
        assertThat(words).noneMatch(word -> word.startsWith("-javaagent:"));
    }
}
