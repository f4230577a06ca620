package dev.loramill.worker.agent;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.EventJson;
import dev.loramill.events.EventLimits;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;

/**
 * Reports that Kafka takes: answers are shortened, with a mark, until the report is small enough.
 */
final class FittingReport {
    /** Half of what brokers and clients take by default. */
    static final int MAX_BYTES = 512 << 10;

    static final String MARK = " [cut]";
    private static final int SHORTEST = 50;

    private FittingReport() {}

    /** The report itself where it fits; what is measured of the answers never changes. */
    static AttemptFinished of(AttemptFinished report) {
        AttemptFinished fitting = report;
        for (int longest = EventLimits.ANSWER;
                longest >= SHORTEST && EventJson.write(fitting).length > MAX_BYTES;
                longest /= 2) {
            fitting = cut(report, longest);
        }
        return fitting;
    }

    private static AttemptFinished cut(AttemptFinished report, int longest) {
        AdapterEvaluation whole = report.evaluation();
        AdapterEvaluation shortened =
                new AdapterEvaluation(
                        whole.baseEvalLoss(),
                        whole.adapterEvalLoss(),
                        whole.evalRows(),
                        whole.maxLogitDifference(),
                        whole.answers().stream()
                                .map(answer ->
                                        new ProbeAnswer(
                                                answer.question(),
                                                cut(answer.base(), longest),
                                                cut(answer.adapter(), longest)))
                                .toList(),
                        whole.decoding(),
                        whole.systemPrompt());
        return new AttemptFinished(
                report.attempt(),
                report.adapter(),
                report.peft(),
                shortened,
                report.contract(),
                report.steps(),
                report.trainedTokens(),
                report.wallSeconds(),
                report.peakMemoryBytes());
    }

    private static Generation cut(Generation answer, int longest) {
        String text = answer.text();
        if (text.length() <= longest) {
            return answer;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return new Generation(
                text.substring(0, end) + MARK,
                answer.tokenCount(),
                answer.isEndOfTurnReached(),
                answer.isLooping());
    }
}
