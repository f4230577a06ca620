package dev.loramill.samples;

import java.util.List;
import java.util.random.RandomGenerator;

/** What people of a forum write around a question and an answer. */
final class ForumNoise {
    private static final List<String> OPENERS =
            List.of(
                    "Hello, welcome to Chat Doctor. ",
                    "Hi Dear, Welcome to Chat Doctor. ",
                    "Hi, Welcome to ChatDoctor. ",
                    "Thanks for using Chat Doctor. ",
                    "Thanks for writing to Chat Doctor. ",
                    "Hello, Thanks for writing to ChatDoctor. ",
                    "Thank you for posting your question. ",
                    "Thank you for consulting Chat Doctor. ",
                    "Hi, Thank you for writing to us. ",
                    "Hello, Thank you for asking Chat Doctor and I hope I can help you today. ",
                    "Welcome back. ",
                    "Hello. ",
                    "Hi, ",
                    "Hey, ",
                    "Dear friend, ",
                    "HiT hanks for your query. ",
                    "HelloT hanks for your query. ",
                    "Hi,Thanks for writing in. ");

    private static final List<String> SIGN_OFFS =
            List.of(
                    " Hope this helps.",
                    " I hope this helps!",
                    " Hope this answers your question.",
                    " Let me know if I can assist you further.",
                    " Feel free to ask.",
                    " Take care.",
                    " Wish you good health.",
                    " Thank you.",
                    " Please do not hesitate to write again.",
                    " All the best.",
                    " Get well soon.",
                    " Please use this url to ask me directly.",
                    " Please rate this answer.",
                    " God bless you.");

    private static final List<String> SIGNATURES =
            List.of(
                    " Best wishes, Chat Doctor.",
                    " Best wishes, ChatDoctor",
                    " Regards, Chat Doctor.",
                    " Regards, Jay In");

    private static final List<String> GREETINGS =
            List.of("Hello Chat Doctor, ", "Hi ChatDoctor, ", "Dear Chat Doctor, ");

    private final RandomGenerator random;

    ForumNoise(RandomGenerator random) {
        this.random = random;
    }

    /** An opener, sometimes glued to the next word. */
    String opener() {
        return OPENERS.get(random.nextInt(OPENERS.size()));
    }

    /** One to three sign-offs; a signature may hide them at the very end. */
    String signOffs() {
        StringBuilder all = new StringBuilder();
        int first = random.nextInt(SIGN_OFFS.size());
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            all.append(SIGN_OFFS.get((first + i * 5) % SIGN_OFFS.size()));
        }
        if (count == 0 || random.nextInt(3) == 0) {
            all.append(SIGNATURES.get(random.nextInt(SIGNATURES.size())));
        }
        return all.toString();
    }

    /** How a patient addresses the platform. */
    String greeting() {
        return GREETINGS.get(random.nextInt(GREETINGS.size()));
    }
}
