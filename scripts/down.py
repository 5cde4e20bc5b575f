"""`make down`: stop the local AWS and the stand-ins that `make up` started. What it knows stays in `.local`."""

from scripts import local_aws, progress, stand_ins


def main() -> None:
    stand_ins.stop()
    stopped = local_aws.stop()
    print("the local AWS is stopped; `make up` brings it back as it was" if stopped else "the local AWS is not running")


if __name__ == "__main__":
    progress.main(main)
