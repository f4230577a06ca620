package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.Duration;

/** The whole chain on one file: upload, clean, freeze, train, gate, serve, ask. */
public final class Demo {
    private final DemoOptions options;
    private final Terminal terminal;
    private final Timeline timeline = new Timeline();

    /** A demo that prints to a stream. */
    public Demo(DemoOptions options, PrintStream out) {
        this.options = options;
        this.terminal = new Terminal(out);
    }

    /**
     * Runs the demo on running services.
     *
     * @param preparation time that building and starting took, for the summary
     * @throws DemoFailure when a step does not end well
     */
    public void run(Duration preparation) throws DemoFailure, InterruptedException {
        timeline.add("build and start", preparation);
        CleaningSteps cleaning = new CleaningSteps(options, terminal);
        String file = cleaning.upload();
        timeline.end("upload");
        String dataset = cleaning.clean(file);
        timeline.end("clean");
        String version = cleaning.freeze(dataset);
        timeline.end("freeze");
        TrainingSteps training = new TrainingSteps(options, terminal);
        JsonNode job = training.train(version);
        timeline.end("train and evaluate");
        JsonNode adapter = training.gate(job);
        ServingSteps serving = new ServingSteps(options, terminal);
        serving.awaitLoaded(job);
        timeline.end("load into serving");
        serving.ask(job, adapter);
        timeline.end("ask base and adapter");
        terminal.heading("Where the time went");
        timeline.print(terminal);
        serving.showNextStep(job, adapter);
    }
}
