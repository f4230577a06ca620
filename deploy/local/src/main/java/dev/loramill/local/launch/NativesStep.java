package dev.loramill.local.launch;

import dev.loramill.llama.cli.LlamaCommand;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
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
     * Returns a remark; a failure is one too where another library was asked for.
     *
     * @throws LaunchException when there is no library that models can run on
     */
    String call() throws IOException, InterruptedException, LaunchException {
        String given = System.getenv(DIRECTORY_VARIABLE);
        if (given != null) {
            return "(those in " + given + ")";
        }
        Path log = home.log("natives");
        LogFile.prepare(log);
        long logStart = LogFile.sizeBytes(log);
        ChildProcess process =
                JavaCommand.ofMain(OwnJvm.classPath(), PROGRAM)
                        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                        .arguments("natives", "fetch", "--home", home.directory().toString())
                        .child()
                        .withoutInput()
                        .outputAndErrors(Redirect.appendTo(log.toFile()))
                        .start();
        try {
            int code = process.waitFor();
            List<String> lines = LogFile.lastLines(log, logStart, 2);
            String said = String.join(" ", lines);
            if (code != 0 && System.getenv(NativesLookup.FALLBACK_VARIABLE) == null) {
                throw new LaunchException(said);
            }
            return code == 0 ? "" : "(" + said + ")";
        } finally {
            process.handle().descendants().forEach(ProcessHandle::destroyForcibly);
            process.close();
        }
    }
}
