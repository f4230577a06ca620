package dev.loramill.samples;

import java.util.List;
import java.util.stream.Stream;

/** What patients ask about a condition: the frames of questions and of answers. */
enum Aspect {
    SIGNS(
            List.of(
                    "What are the usual signs of %s?",
                    "How would I notice %s?",
                    "Which complaints are typical of %s?",
                    "How do I know whether I have %s?"),
            "The usual signs of %s are %s.",
            "People with %s most often notice %s."),
    CAUSES(
            List.of(
                    "Why do people get %s?",
                    "Who is more likely to get %s?",
                    "What lies behind %s?",
                    "What is the reason for %s?"),
            "The main causes and risk factors of %s are %s.",
            "Doctors link %s to %s."),
    TESTS(
            List.of(
                    "How do doctors find out whether it is %s?",
                    "Which tests are done for %s?",
                    "How can I be sure that it is %s?",
                    "What will the doctor check when I may have %s?"),
            "Doctors usually confirm %s with %s.",
            "The diagnosis of %s rests on %s."),
    CARE(
            List.of(
                    "What can be done about %s?",
                    "What is the right treatment for %s?",
                    "Which medicine or measure helps with %s?",
                    "How do doctors treat %s?"),
            "Treatment of %s usually includes %s.",
            "The main steps in treating %s are %s."),
    PREVENTION(
            List.of(
                    "How can I prevent %s?",
                    "What can I do to lower my risk of %s?",
                    "Is there a way to protect myself from %s?",
                    "Which habits help against %s?"),
            "You can lower your risk of %s by %s.",
            "The best ways to prevent %s are %s."),
    URGENT(
            List.of(
                    "When should I see a doctor because of %s?",
                    "When do I have to worry about %s?",
                    "Which emergency signs should I know with %s?",
                    "When is it time to go to hospital with %s?"),
            "With %s, seek medical help at once for %s.",
            "In a person with %s, do not wait if there is %s.");

    /** Answers are told in this many ways. */
    static final int VARIANTS = 2;

    private static final int SHORTEST_ANSWER_WORDS = 40;

    private final List<String> questions;
    private final List<String> leads;

    Aspect(List<String> questions, String... leads) {
        this.questions = questions;
        this.leads = List.of(leads);
    }

    /** A question; different variants never give the same one. */
    String question(Condition topic, int variant, int choice) {
        int frame = variant + VARIANTS * Math.floorMod(choice, questions.size() / VARIANTS);
        return questions.get(frame).formatted(subject(topic));
    }

    /** A clean answer of at least 40 words. */
    String answer(Condition topic, int variant) {
        String lead =
                leads.get(variant)
                        .formatted(subject(topic), list(phrases(topic), variant, conjunction()));
        String answer =
                variant == 0
                        ? lead + " " + note(topic)
                        : topic.what() + " " + lead + " " + note(topic);
        String warning =
                "See a doctor quickly if there is " + list(topic.urgent(), variant, "or") + ".";
        if (this != URGENT && variant == 0) {
            answer += " " + warning;
        }
        if (words(answer) < SHORTEST_ANSWER_WORDS && variant == 0) {
            answer = topic.what() + " " + answer;
        }
        if (words(answer) < SHORTEST_ANSWER_WORDS) {
            answer += " " + (this == URGENT ? topic.signsNote() : warning);
        }
        return answer;
    }

    private String subject(Condition topic) {
        return this == PREVENTION ? topic.preventableName() : topic.name();
    }

    private String conjunction() {
        return this == URGENT ? "or" : "and";
    }

    private List<String> phrases(Condition topic) {
        return switch (this) {
            case SIGNS -> topic.signs();
            case CAUSES -> topic.causes();
            case TESTS -> topic.tests();
            case CARE -> topic.care();
            case PREVENTION -> topic.prevention();
            case URGENT -> topic.urgent();
        };
    }

    private String note(Condition topic) {
        return switch (this) {
            case SIGNS -> topic.signsNote();
            case CAUSES -> topic.causesNote();
            case TESTS -> topic.testsNote();
            case CARE, URGENT -> topic.careNote();
            case PREVENTION -> topic.preventionNote();
        };
    }

    private static String list(List<String> phrases, int variant, String conjunction) {
        int last = phrases.size() - 1;
        // The second telling swaps the first two phrases, so that it is not a mere copy.
        List<String> ordered =
                variant == 0 || last < 2
                        ? phrases
                        : concat(phrases.get(1), phrases.get(0), phrases.subList(2, last + 1));
        return last == 0
                ? ordered.getFirst()
                : String.join(", ", ordered.subList(0, last))
                        + " "
                        + conjunction
                        + " "
                        + ordered.get(last);
    }

    private static List<String> concat(String first, String second, List<String> rest) {
        return Stream.concat(Stream.of(first, second), rest.stream()).toList();
    }

    static int words(String text) {
        return text.strip().split("\\s+").length;
    }
}
