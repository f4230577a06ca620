package dev.loramill.documents;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Reads the keys of a module's configuration mappings, with what their source says of them. */
final class ConfigurationKeys {
    private static final Pattern MEMBER = Pattern.compile("\\{@link #(\\w+)\\(\\)}");
    private static final Pattern TAG = Pattern.compile("\\{@(?:code|link)\\s+([^}]+)}");

    private final DocTrees trees;
    private final List<Key> keys = new ArrayList<>();

    private ConfigurationKeys(DocTrees trees) {
        this.trees = trees;
    }

    /**
     * A key.
     *
     * @param name such as {@code loramill.serve.slots}
     * @param defaultValue value that is taken when none is given; empty when there is none
     * @param range what is allowed; empty when the type says it all
     * @param effect what the key does and when to change it
     */
    record Key(String name, Optional<String> defaultValue, String range, String effect) {}

    /** The keys in the Java files of a directory, in order of their names. */
    static List<Key> in(List<Path> javaFiles) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(javaFiles));
            ConfigurationKeys reader = new ConfigurationKeys(DocTrees.instance(task));
            for (CompilationUnitTree unit : task.parse()) {
                for (Tree type : unit.getTypeDecls()) {
                    if (type instanceof ClassTree mapping) {
                        TreePath path = new TreePath(new TreePath(unit), mapping);
                        annotation(mapping.getModifiers().getAnnotations(), "ConfigMapping")
                                .ifPresent(prefix -> reader.read(prefix, mapping, path));
                    }
                }
            }
            reader.keys.sort(Comparator.comparing(Key::name));
            return List.copyOf(reader.keys);
        }
    }

    private void read(String prefix, ClassTree mapping, TreePath path) {
        for (Tree member : mapping.getMembers()) {
            if (member instanceof MethodTree method && method.getBody() == null) {
                List<? extends AnnotationTree> annotations = method.getModifiers().getAnnotations();
                String name =
                        prefix
                                + "."
                                + annotation(annotations, "WithName")
                                        .orElseGet(() -> kebab(method.getName().toString()));
                Optional<ClassTree> group = nested(mapping, String.valueOf(method.getReturnType()));
                if (group.isPresent()) {
                    read(name, group.get(), new TreePath(path, group.get()));
                } else {
                    keys.add(
                            new Key(
                                    name,
                                    annotation(annotations, "WithDefault"),
                                    range(annotations),
                                    effect(new TreePath(path, method))));
                }
            }
        }
    }

    private String effect(TreePath method) {
        String comment = trees.getDocComment(method);
        if (comment == null) {
            throw new IllegalStateException("a key has no comment: " + method.getLeaf());
        }
        String text =
                MEMBER.matcher(comment)
                        .replaceAll(match -> "`" + kebab(String.valueOf(match.group(1))) + "`");
        return TAG.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement("`" + match.group(1) + "`"))
                .strip()
                .replaceAll("\\s+", " ");
    }

    private static String range(List<? extends AnnotationTree> annotations) {
        List<String> limits = new ArrayList<>();
        annotation(annotations, "Min").ifPresent(least -> limits.add("at least " + least));
        annotation(annotations, "DecimalMin").ifPresent(least -> limits.add("at least " + least));
        annotation(annotations, "DurationMin").ifPresent(least -> limits.add("at least " + least));
        annotation(annotations, "Max").ifPresent(most -> limits.add("at most " + most));
        return String.join(", ", limits);
    }

    /** The one argument of an annotation, as text. */
    private static Optional<String> annotation(
            List<? extends AnnotationTree> annotations, String name) {
        return annotations.stream()
                .filter(annotation -> annotation.getAnnotationType().toString().equals(name))
                .map(annotation -> text(annotation.getArguments().getFirst()))
                .findFirst();
    }

    private static String text(ExpressionTree argument) {
        return switch (argument) {
            case LiteralTree literal -> String.valueOf(literal.getValue());
            case AssignmentTree named when named.getVariable().toString().equals("seconds") ->
                    text(named.getExpression()) + "s";
            case AssignmentTree named -> text(named.getExpression());
            case BinaryTree shift when shift.getKind() == Tree.Kind.LEFT_SHIFT ->
                    Long.toString(
                            Long.parseLong(text(shift.getLeftOperand()))
                                    << Integer.parseInt(text(shift.getRightOperand())));
            default -> argument.toString();
        };
    }

    private static Optional<ClassTree> nested(ClassTree mapping, String type) {
        return mapping.getMembers().stream()
                .filter(ClassTree.class::isInstance)
                .map(ClassTree.class::cast)
                .filter(group -> group.getSimpleName().contentEquals(type))
                .findFirst();
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
