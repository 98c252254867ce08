"""Has the server of PREFECT_API_URL watch for lost runs."""

from flows.watch import watch_for_the_lost

if __name__ == "__main__":
    watch_for_the_lost()
