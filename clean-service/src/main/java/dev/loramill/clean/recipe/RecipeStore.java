package dev.loramill.clean.recipe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Recipes in the database. A document is kept for good under its digest; a name stands for the
 * document that was stored under it last. The shipped recipes are known from the beginning, and
 * stored at start-up.
 */
@ApplicationScoped
public class RecipeStore implements RecipeLookup {
    private static final long MOST_CHARACTERS = 1 << 20;

    private final StoredRecipeRepository documents;
    private final RecipeNameRepository names;
    private final Map<String, CompiledRecipe> shipped;

    /** Documents' characters stand for the memory that a recipe takes; some tens of bytes each. */
    private final Cache<String, Compiled> compiled =
            Caffeine.newBuilder()
                    .maximumWeight(MOST_CHARACTERS)
                    .<String, Compiled>weigher((_, recipe) -> recipe.length)
                    .build();

    RecipeStore(StoredRecipeRepository documents, RecipeNameRepository names) {
        this.documents = documents;
        this.names = names;
        this.shipped =
                ShippedRecipes.all().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        recipe -> recipe.reference().digest(), CompiledRecipe::of));
    }

    private record Compiled(CompiledRecipe recipe, int length) {}

    void storeShipped(@Observes StartupEvent event) {
        ShippedRecipes.all().forEach(this::store);
    }

    /** Keeps a recipe, and lets its name stand for it from now on: both or neither. */
    public void store(Recipe recipe) {
        RecipeReference reference = recipe.reference();
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    documents.keep(StoredRecipe.of(recipe));
                    names.point(reference);
                });
    }

    /** The recipe that a name stands for. */
    public Optional<Recipe> named(String name) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        names.findByIdOptional(name)
                                .map(found -> parse(documents.findById(found.digest))));
    }

    /** A page of the names with what they stand for, in the order of the names. */
    public Page<RecipeReference> page(PageRequest page) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        Page.of(
                                names.after(page.after(), page.limit() + 1).stream()
                                        .map(RecipeName::reference)
                                        .toList(),
                                page.limit(),
                                RecipeReference::name));
    }

    /** Every name, in order. */
    public List<String> allNames() {
        return QuarkusTransaction.requiringNew()
                .call(() -> names.listAll().stream().map(name -> name.name).sorted().toList());
    }

    @Override
    public Optional<CompiledRecipe> find(String digest) {
        CompiledRecipe ours = shipped.get(digest);
        if (ours != null) {
            return Optional.of(ours);
        }
        Compiled known = compiled.getIfPresent(digest);
        if (known != null) {
            return Optional.of(known.recipe);
        }
        Optional<StoredRecipe> stored;
        try {
            stored =
                    QuarkusTransaction.requiringNew()
                            .call(() -> documents.findByIdOptional(digest));
        } catch (RuntimeException e) {
            throw new RecipesAwayException(e);
        }
        Optional<Compiled> found =
                stored.map(recipe -> new Compiled(compile(recipe), recipe.document.length()));
        found.ifPresent(recipe -> compiled.put(digest, recipe));
        return found.map(Compiled::recipe);
    }

    private static CompiledRecipe compile(StoredRecipe stored) {
        try {
            return CompiledRecipe.of(parse(stored));
        } catch (RuntimeException | StackOverflowError e) {
            throw new UnusableRecipeException(e);
        }
    }

    private static Recipe parse(StoredRecipe stored) {
        try {
            return RecipeReader.stored(stored.document);
        } catch (InvalidRecipeException e) {
            throw new IllegalStateException(
                    "a stored recipe no longer holds: " + e.getMessage(), e);
        }
    }
}
