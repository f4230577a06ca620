package dev.loramill.local.launch;

import dev.loramill.llama.cli.LlamaCommand;
import dev.loramill.llama.natives.NativesLookup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Fetches the llama.cpp libraries, by the command that comes with libraries/llama. */
final class NativesStep {
    private static final String PROGRAM = LlamaCommand.class.getName();

    private static final String DIRECTORY_VARIABLE = NativesLookup.VARIABLE;

    private final LoramillHome home;

    NativesStep(LoramillHome home) {
        this.home = home;
    }

    /**
     * Returns a remark; a failure is one too, because there is a slower library to fall back on.
     */
    String call() throws IOException, InterruptedException {
        String given = System.getenv(DIRECTORY_VARIABLE);
        if (given != null) {
            return "(those in " + given + ")";
        }
        Path log = home.log("natives");
        LogFile.prepare(log);
        long logStart = LogFile.sizeBytes(log);
        Process process =
                new ProcessBuilder(
                                List.of(
                                        OwnJvm.java(),
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-cp",
                                        OwnJvm.classPath(),
                                        PROGRAM,
                                        "natives",
                                        "fetch",
                                        "--home",
                                        home.directory().toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        try {
            process.getOutputStream().close();
            int code = process.waitFor();
            List<String> lines = LogFile.lastLines(log, logStart, 2);
            return code == 0 ? "" : "(" + String.join(" ", lines) + ")";
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
