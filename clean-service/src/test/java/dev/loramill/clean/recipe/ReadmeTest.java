package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Pattern JSON_BLOCK = Pattern.compile("(?s)```json\\n(.*?)```");

    @Test
    void theRecipeInTheReadmeCanBeStored() throws Exception {
        Matcher block = JSON_BLOCK.matcher(Files.readString(Path.of("README.md")));

        assertThat(block.find()).isTrue();
        byte[] json = String.valueOf(block.group(1)).getBytes(StandardCharsets.UTF_8);
        Recipe recipe = RecipeReader.read(json);
        assertThat(recipe.reference().name()).isEqualTo("support");
    }
}
