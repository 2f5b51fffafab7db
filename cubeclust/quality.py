"""Why a spaxel has no class: one bit for each reason."""

from enum import IntFlag


class Quality(IntFlag):
    """Bits of the QUALITY image; 0 means that the spaxel entered the clustering."""

    CROPPED = 1
    NO_DATA = 2
    FEW_CHANNELS = 4
    MASKED = 8
    LOW_SNR = 16
    NOT_NORMALIZABLE = 32
    NO_VELOCITY = 64
    OTHER_CLASS = 128


MEANING = {
    Quality.CROPPED: "outside --crop or --region",
    Quality.NO_DATA: "no finite sample in the channels read",
    Quality.FEW_CHANNELS: "too many missing channels (--max-nan)",
    Quality.MASKED: "flagged by the mask of the cube or --mask",
    Quality.LOW_SNR: "signal to noise under --min-snr",
    Quality.NOT_NORMALIZABLE: "band mean or total flux unknown or not > 0",
    Quality.NO_VELOCITY: "no velocity in --velocity-map",
    Quality.OTHER_CLASS: "not of the class of --within",
}
