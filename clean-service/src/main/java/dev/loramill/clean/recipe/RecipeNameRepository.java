package dev.loramill.clean.recipe;

import dev.loramill.events.RecipeReference;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names of recipes. */
@ApplicationScoped
class RecipeNameRepository implements PanacheRepositoryBase<RecipeName, String> {
    /** Lets a name stand for a digest; SQL, since two replicas may do so at once. */
    void point(RecipeReference recipe) {
        getEntityManager()
                .createNativeQuery(
                        """
                        INSERT INTO recipe_name (name, digest) VALUES (:name, :digest)
                        ON CONFLICT (name) DO UPDATE SET digest = excluded.digest
                        """)
                .setParameter("name", recipe.name())
                .setParameter("digest", recipe.digest())
                .executeUpdate();
    }

    /** Names in their order, at most some, behind one of them. */
    List<RecipeName> after(@Nullable String name, int most) {
        return find("name > ?1 order by name", name == null ? "" : name).range(0, most - 1).list();
    }
}
