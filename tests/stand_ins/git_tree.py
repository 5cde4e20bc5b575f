"""A repository's files as GitHub shows them: commits, trees, blobs. Source: docs.github.com/rest, "Git database"."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

from tests.stand_ins.http import RefusedError

SITE = "https://github.example"
API = "https://api.github.example"
START = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


class GitTree:
    """Each change of its files is a commit. `truncated`: it says that it has more files than it lists."""

    def __init__(self, repository: str = "octo-org/shop") -> None:
        self.repository = repository
        self.files: dict[str, bytes] = {}
        self.modes: dict[str, str] = {}
        self.commits: list[dict[str, Any]] = []
        self.trees: dict[str, dict[str, bytes]] = {}
        self.truncated = False

    def commit(self, changes: Mapping[str, str | bytes | None], *, at: datetime = START) -> str:
        """None takes a file away. The commit's name."""
        for path, content in changes.items():
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content if isinstance(content, bytes) else content.encode()
        tree = _sha(json.dumps({path: _sha(content) for path, content in sorted(self.files.items())}).encode())
        self.trees[tree] = dict(self.files)
        name = _sha(f"{tree} {len(self.commits)}".encode())
        self.commits.append({"sha": name, "tree": tree, "paths": list(changes), "at": at})
        return name

    def shown_commits(self, *, sha: str = "", path: str = "", most: int = 30) -> list[dict[str, Any]]:
        """The newest first, of those up to `sha` that changed the file."""
        if not self.commits:
            raise RefusedError("Git Repository is empty.", status=409, violation=False)
        names = [one["sha"] for one in self.commits]
        if sha and sha not in names:
            raise RefusedError("Not Found", status=404, violation=False)
        known = self.commits[: names.index(sha) + 1] if sha else self.commits
        found = [one for one in known if not path or path in one["paths"]]
        return [self._commit(one) for one in reversed(found)][:most]

    def shown_tree(self, sha: str) -> dict[str, Any]:
        if sha not in self.trees:
            raise RefusedError("Not Found", status=404, violation=False)
        files = self.trees[sha]
        folders = {folder for path in files for folder in _folders(path)}
        entries = [self._entry(folder, "040000", "tree", _sha(folder.encode())) for folder in sorted(folders)]
        for path, content in sorted(files.items()):
            entry = self._entry(path, self.modes.get(path, "100644"), "blob", _sha(content))
            entries.append(entry | {"size": len(content)})
        return {"sha": sha, "url": self._url("trees", sha), "tree": entries, "truncated": self.truncated}

    def shown_blob(self, sha: str) -> dict[str, Any]:
        known = (content for files in self.trees.values() for content in files.values() if _sha(content) == sha)
        content = next(known, None)
        if content is None:
            raise RefusedError("Not Found", status=404, violation=False)
        lines = base64.encodebytes(content).decode()
        about = {"sha": sha, "node_id": f"B_{sha[:8]}", "size": len(content), "url": self._url("blobs", sha)}
        return about | {"content": lines, "encoding": "base64"}

    def _entry(self, path: str, mode: str, kind: str, sha: str) -> dict[str, Any]:
        return {"path": path, "mode": mode, "type": kind, "sha": sha, "url": self._url(f"{kind}s", sha)}

    def _url(self, kind: str, sha: str) -> str:
        return f"{API}/repos/{self.repository}/git/{kind}/{sha}"

    def _commit(self, one: Mapping[str, Any]) -> dict[str, Any]:
        sha, place = one["sha"], f"{API}/repos/{self.repository}"
        who = {"name": "Mona", "email": "mona@example.com", "date": f"{one['at']:%Y-%m-%dT%H:%M:%SZ}"}
        return {
            "sha": sha,
            "node_id": f"C_{sha[:8]}",
            "url": f"{place}/commits/{sha}",
            "html_url": f"{SITE}/{self.repository}/commit/{sha}",
            "comments_url": f"{place}/commits/{sha}/comments",
            "commit": {
                "url": f"{place}/git/commits/{sha}",
                "author": who,
                "committer": who,
                "message": "Change files",
                "comment_count": 0,
                "tree": {"sha": one["tree"], "url": self._url("trees", one["tree"])},
            },
            "author": None,
            "committer": None,
            "parents": [],
        }


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


def _sha(content: bytes) -> str:
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()
