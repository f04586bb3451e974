"""Reads one subject's folder of an export as scikit-rt does, and prints what it found, as JSON.

Run by scikit-rt's own interpreter: python read_export.py FOLDER
"""

import json
import sys

import skrt


def describe_image(image):
    """Return what scikit-rt makes of an image: its pixels are read."""
    return {
        "shape": list(image.get_data().shape),
        "spacing": [round(float(abs(size)), 3) for size in image.get_voxel_size()],
        "highest": float(image.get_data().max()),
        "timestamp": image.timestamp,
    }


def describe_structures(structures):
    """Return a structure set's names, and the timestamp of the image that it was put with."""
    return {"rois": sorted(structures.get_roi_names()), "image": structures.image.timestamp}


def describe(folder):
    """Return what lies in a patient's folder, study by study."""
    patient = skrt.Patient(folder)
    return {
        "id": patient.id,
        "studies": {
            study.timestamp: {
                "images": {
                    kind: [describe_image(image) for image in study.get_images(kind)]
                    for kind in sorted({image.image_type for image in study.get_images()})
                },
                "structures": [describe_structures(item) for item in study.get_structure_sets()],
                "doses": [describe_image(dose) for dose in study.get_doses()],
                "plans": [plan.get_n_fraction() for plan in study.get_plans()],
            }
            for study in patient.get_studies()
        },
    }


if __name__ == "__main__":
    print(json.dumps(describe(sys.argv[1])))
