// node compile.mjs FOLDER: what Python imports when it starts is compiled beforehand, in FOLDER/python_stdlib.zip and
// home.zip. Compiling it again in the reader's browser takes most of the time until his first result.
import fs from "node:fs";
import {loadPyodide} from "pyodide";

const COMPILE = `
import importlib._bootstrap_external, io, re, sys, zipfile

# What needs a terminal, other processes, a network or another system, and the letters of systems long gone.
USELESS = re.compile(
    r"_pyrepl/|doctest|multiprocessing/|pdb|pydoc|_pyio|_pydatetime|xmlrpc/|imaplib|smtplib|ftplib|poplib|socketserver"
    r"|wsgiref/|http/server|logging/handlers|asyncio/(windows|proactor)|encodings/(mac|koi|cp(?!437|1252|65001)|iso8859_(?!1\\.))"
)

def compiled(path, at, chosen):
    "Writes a zip anew, its chosen modules compiled, without docstrings. What a note may read stays beside that."
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made := io.BytesIO(), "w") as new:
        for item in old.infolist():
            name, content, where = item.filename, old.read(item), f"{at}/{item.filename}"
            if where in chosen:
                code = compile(content, where, "exec", dont_inherit=True, optimize=0 if "micrograd" in name else 2)
                pyc = bytes(importlib._bootstrap_external._code_to_hash_pyc(code, bytes(8), False))
                file = name.replace("/", "/__pycache__/").replace(".py", ".cpython-314.pyc") if "micrograd" in name else name + "c"
                new.writestr(zipfile.ZipInfo(file), pyc, zipfile.ZIP_DEFLATED, 9)
            if "micrograd" in name or where not in chosen and not USELESS.match(name):
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)
    with open(path, "wb") as file:
        file.write(made.getvalue())

home = next(path for path in sys.path if path.endswith("site-packages"))
beside = zipfile.ZipFile("/home.zip")
beside.extractall(home)
for name in ["random", *beside.namelist()]:
    importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
imported = {getattr(module, "__file__", "") for module in list(sys.modules.values())}
compiled("/python_stdlib.zip", "/lib/python314.zip", imported)
compiled("/home.zip", home, imported)
`;
const folder = process.argv[2], names = ["python_stdlib.zip", "home.zip"];
const py = await loadPyodide({env: {PYTHONHASHSEED: "0"}});
for (const name of names) py.FS.writeFile(`/${name}`, fs.readFileSync(`${folder}/${name}`));
py.runPython(COMPILE);
for (const name of names) fs.writeFileSync(`${folder}/${name}`, py.FS.readFile(`/${name}`));
