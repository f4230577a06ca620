package dev.loramill.samples;

import java.util.List;

/** Rows that only look like answers: left over from the pages of a wiki. */
final class Residue {
    private static final List<String> FRAMES =
            List.of(
                    "'''%2$s''' is described in [[%1$s|this article]]. %3$s {{citation needed}}"
                            + " [[Category:Diseases]]",
                    "== %2$s ==\n%3$s\n== References ==\n{{reflist}}\n[[Category:Medicine]]",
                    "%3$s I moved the section about %1$s to the talk page, please discuss it"
                            + " there before you revert. 14:02, 3 May 2011 (UTC)",
                    "{{Infobox disease | name = %2$s | field = medicine }} %3$s",
                    "%3$s <ref name=\"a\">http://www.example.org/article</ref> See also [[Medicine]]"
                            + " and the page of the project.",
                    "Category: Health. %3$s Read more at http://www.example.org/health and"
                            + " unblock my account, please. 09:41, 12 June 2012 (UTC)",
                    "{| class=\"wikitable\"\n|-\n! %2$s !! Note\n|-\n| a || b\n|}\n%3$s");

    private Residue() {}

    static String answer(Condition topic, int number) {
        String title = Character.toUpperCase(topic.name().charAt(0)) + topic.name().substring(1);
        String facts = topic.what() + " " + topic.signsNote() + " " + topic.causesNote();
        return FRAMES.get(number % FRAMES.size()).formatted(topic.name(), title, facts);
    }
}
