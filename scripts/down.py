"""`make down`: stop the local AWS that `make up` started. What it knows stays in `.local`."""

from scripts import local_aws, progress


def main() -> None:
    stopped = local_aws.stop()
    print("the local AWS is stopped; `make up` brings it back as it was" if stopped else "the local AWS is not running")


if __name__ == "__main__":
    progress.main(main)
