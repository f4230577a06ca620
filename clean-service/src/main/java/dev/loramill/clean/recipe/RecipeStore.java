package dev.loramill.clean.recipe;

import dev.loramill.clean.database.Columns;
import dev.loramill.events.RecipeReference;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * Recipes in the database. A document is kept for good under its digest; a name stands for the
 * document that was stored under it last. The shipped recipes are stored at start-up.
 */
@ApplicationScoped
public class RecipeStore implements RecipeLookup {
    private final DataSource dataSource;
    private final Map<String, CompiledRecipe> compiled = new ConcurrentHashMap<>();

    RecipeStore(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    void storeShipped(@Observes StartupEvent event) throws SQLException {
        for (Recipe recipe : ShippedRecipes.all()) {
            store(recipe);
        }
    }

    /** Keeps a recipe, and lets its name stand for it from now on. */
    public void store(Recipe recipe) throws SQLException {
        RecipeReference reference = recipe.reference();
        try (Connection tx = dataSource.getConnection();
                PreparedStatement document =
                        tx.prepareStatement(
                                "INSERT INTO recipe (digest, name, document) VALUES (?, ?, ?)"
                                        + " ON CONFLICT DO NOTHING");
                PreparedStatement name =
                        tx.prepareStatement(
                                "INSERT INTO recipe_name (name, digest) VALUES (?, ?)"
                                        + " ON CONFLICT (name) DO UPDATE SET digest ="
                                        + " excluded.digest")) {
            document.setString(1, reference.digest());
            document.setString(2, reference.name());
            document.setString(3, recipe.document().toString());
            document.executeUpdate();
            name.setString(1, reference.name());
            name.setString(2, reference.digest());
            name.executeUpdate();
        }
        compiled.put(reference.digest(), CompiledRecipe.of(recipe));
    }

    /** The recipe that a name stands for. */
    public Optional<Recipe> named(String name) throws SQLException {
        return read(
                "SELECT document FROM recipe JOIN recipe_name USING (digest)"
                        + " WHERE recipe_name.name = ?",
                name);
    }

    /** Every name with what it stands for, in the order of the names. */
    public List<RecipeReference> all() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT name, digest FROM recipe_name ORDER BY name");
                ResultSet result = select.executeQuery()) {
            List<RecipeReference> recipes = new ArrayList<>();
            while (result.next()) {
                recipes.add(
                        new RecipeReference(
                                Columns.text(result, "name"), Columns.text(result, "digest")));
            }
            return List.copyOf(recipes);
        }
    }

    @Override
    public Optional<CompiledRecipe> find(String digest) {
        CompiledRecipe known = compiled.get(digest);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            Optional<CompiledRecipe> found =
                    read("SELECT document FROM recipe WHERE digest = ?", digest)
                            .map(CompiledRecipe::of);
            found.ifPresent(recipe -> compiled.put(digest, recipe));
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot look for recipe %s now".formatted(digest), e);
        }
    }

    private Optional<Recipe> read(String sql, String key) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, key);
            try (ResultSet result = select.executeQuery()) {
                return result.next()
                        ? Optional.of(parse(Columns.text(result, "document")))
                        : Optional.empty();
            }
        }
    }

    private static Recipe parse(String document) {
        try {
            return RecipeReader.read(document.getBytes(StandardCharsets.UTF_8));
        } catch (InvalidRecipeException e) {
            throw new IllegalStateException(
                    "a stored recipe no longer holds: " + e.getMessage(), e);
        }
    }
}
