package dev.loramill.clean.recipe;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.clean.rule.PatternBudgetException;
import dev.loramill.clean.rule.Rule;
import dev.loramill.clean.rule.StepBudget;
import dev.loramill.events.RecipeReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads recipes from JSON documents, and runs their examples.
 *
 * <p>The digest is that of the {@link CanonicalJson canonical form} of the whole document, so that
 * it changes with every member, but not with white space or the order of members.
 */
public final class RecipeReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Set<String> MEMBERS = Set.of("name", "description", "rules", "examples");
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .withConfigOverride(
                            List.class,
                            override ->
                                    override.setSetterInfo(
                                            JsonSetter.Value.forContentNulls(Nulls.FAIL)))
                    .build();

    private RecipeReader() {}

    /**
     * Reads a document's bytes.
     *
     * @throws InvalidRecipeException when it is no recipe, or an example does not hold; names every
     *     fault
     */
    public static Recipe read(byte[] json) throws InvalidRecipeException {
        return read(tree(json));
    }

    /**
     * Reads a document that was stored, so that its examples held once and are not run again.
     *
     * @throws InvalidRecipeException when this version takes it for no recipe
     */
    public static Recipe stored(String json) throws InvalidRecipeException {
        return recipe(tree(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode tree(byte[] json) throws InvalidRecipeException {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new InvalidRecipeException(
                    List.of("the document is not JSON: " + e.getOriginalMessage()));
        } catch (IOException e) {
            // From memory that means bytes that are no characters, in one of the encodings of JSON.
            throw new InvalidRecipeException(
                    List.of("the document is not JSON in UTF-8: " + e.getMessage()));
        }
    }

    /**
     * Reads a document.
     *
     * @throws InvalidRecipeException when it is no recipe, or an example does not hold; names every
     *     fault
     */
    public static Recipe read(@Nullable JsonNode document) throws InvalidRecipeException {
        Recipe recipe = recipe(document);
        requireExamplesHold(recipe);
        return recipe;
    }

    private static Recipe recipe(@Nullable JsonNode document) throws InvalidRecipeException {
        if (document == null || !document.isObject()) {
            throw new InvalidRecipeException(
                    List.of(
                            "a recipe must be a JSON object with \"name\", \"description\" and"
                                    + " \"rules\""));
        }
        List<String> faults = new ArrayList<>(RecipeLimits.faults(document));
        if (!faults.isEmpty()) {
            throw new InvalidRecipeException(faults);
        }
        document.fieldNames()
                .forEachRemaining(member -> {
                    if (!MEMBERS.contains(member)) {
                        faults.add(
                                "member \"%s\" is not known; allowed are %s"
                                        .formatted(member, sorted(MEMBERS)));
                    }
                });
        String name = text(document, "name", faults);
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            faults.add(
                    "name must be 1 to 64 lower-case letters, digits and hyphens, got \"%s\""
                            .formatted(name));
        }
        String description = text(document, "description", faults);
        List<Rule> rules = elements(document, "rules", Rule.class, faults);
        if (!document.has("rules")) {
            faults.add("rules must be an array, it is missing");
        }
        List<RowExample> examples = elements(document, "examples", RowExample.class, faults);
        requireDistinctIds(rules, faults);
        if (!faults.isEmpty()) {
            throw new InvalidRecipeException(faults);
        }
        return new Recipe(
                new RecipeReference(name, CanonicalJson.digest(document)),
                description,
                rules,
                examples,
                document);
    }

    private static void requireExamplesHold(Recipe recipe) throws InvalidRecipeException {
        List<String> failing = new ArrayList<>();
        StepBudget budget = StepBudget.ofExamples();
        for (Rule rule : recipe.rules()) {
            try {
                failing.addAll(rule.failingExamples(budget));
            } catch (PatternBudgetException e) {
                failing.add(
                        "rule \"%s\" fails on its examples: %s"
                                .formatted(rule.id(), e.getMessage()));
            } catch (RuntimeException | StackOverflowError e) {
                failing.add(
                        "rule \"%s\" fails on its examples: %s".formatted(rule.id(), e.toString()));
            }
        }
        if (failing.isEmpty()) {
            CompiledRecipe compiled = CompiledRecipe.of(recipe);
            for (int i = 0; i < recipe.examples().size(); i++) {
                failing.addAll(recipe.examples().get(i).failures(compiled, i, budget));
            }
        }
        if (!failing.isEmpty()) {
            throw new InvalidRecipeException(failing);
        }
    }

    private static void requireDistinctIds(List<Rule> rules, List<String> faults) {
        Set<String> ids =
                new HashSet<>(
                        Set.of(
                                CompiledRecipe.EMPTIED,
                                CompiledRecipe.NO_REST,
                                CompiledRecipe.TOO_SLOW));
        for (Rule rule : rules) {
            if (!ids.add(rule.id())) {
                faults.add(
                        "id \"%s\" is used twice, or reserved; rules need ids of their own"
                                .formatted(rule.id()));
            }
        }
    }

    private static String text(JsonNode document, String member, List<String> faults) {
        JsonNode value = document.path(member);
        if (!value.isTextual() || value.textValue().isBlank()) {
            faults.add(
                    "%s must be a text that is not blank, got %s"
                            .formatted(member, value.isMissingNode() ? "nothing" : value));
            return "";
        }
        return value.textValue();
    }

    private static <T> List<T> elements(
            JsonNode document, String member, Class<T> type, List<String> faults) {
        JsonNode array = document.path(member);
        if (array.isMissingNode()) {
            return List.of();
        }
        if (!array.isArray()) {
            faults.add(member + " must be an array");
            return List.of();
        }
        List<T> elements = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            try {
                T element = MAPPER.treeToValue(array.get(i), type);
                if (element == null) {
                    faults.add("%s[%d] must not be null".formatted(member, i));
                } else {
                    elements.add(element);
                }
            } catch (JsonProcessingException e) {
                String id = array.get(i).path("id").asText("");
                faults.add(
                        "%s[%d]%s: %s"
                                .formatted(
                                        member, i, id.isEmpty() ? "" : " \"" + id + "\"", why(e)));
            }
        }
        return elements;
    }

    private static String why(JsonProcessingException e) {
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            Throwable cause = e.getCause();
            return cause instanceof NullPointerException
                    ? "a member that is required is null"
                    : String.valueOf(cause.getMessage());
        }
        String path =
                e instanceof JsonMappingException mapping
                        ? mapping.getPath().stream()
                                .map(reference ->
                                        reference.getFieldName() == null
                                                ? "[" + reference.getIndex() + "]"
                                                : reference.getFieldName())
                                .collect(Collectors.joining("."))
                        : "";
        String message = e.getOriginalMessage().replaceAll("\\s*\\(.*", "");
        return path.isEmpty() ? message : path + ": " + message;
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
